// A TCP socket as the HTTP/2 layer wants it: one write a turn, and word when it has drained.

import type { Socket } from "node:net";
import { DirectWriter } from "./direct-writer.js";
import { SocketSink } from "./socket-sink.js";

export class TcpSink extends SocketSink {
  readonly #direct: DirectWriter;
  /** Bytes wait in the socket: others have to wait behind them. */
  #waits = false;

  constructor(socket: Socket, onDrained: () => void) {
    super(socket, onDrained);
    this.#direct = new DirectWriter(socket);
  }

  write(bytes: Uint8Array): boolean {
    const taken = this.#waits ? 0 : this.#direct.write(bytes);
    if (taken === bytes.length) return true;
    this.socket.write(taken === 0 ? bytes : bytes.subarray(taken));
    return this.hasLeft();
  }

  protected override hasLeft(): boolean {
    const left = super.hasLeft();
    if (!left) this.#waits = true;
    return left;
  }

  protected override drained(): void {
    this.#waits = false;
    super.drained();
  }
}

// A socket as the HTTP/2 layer wants it: one write a turn, and word when it has drained.

import type { Socket } from "node:net";
import type { ByteSink } from "@subito/http2";
import { DirectWriter } from "./direct-writer.js";

const nothing = new Uint8Array(0);

export class TcpSink implements ByteSink {
  readonly #socket: Socket;
  readonly #onDrained: () => void;
  readonly #direct: DirectWriter;
  /** Bytes wait in the socket: others have to wait behind them. */
  #waits = false;

  /** `onDrained` is called after a write that returned false, once its bytes have left. */
  constructor(socket: Socket, onDrained: () => void) {
    this.#socket = socket;
    this.#onDrained = onDrained;
    this.#direct = new DirectWriter(socket);
  }

  write(bytes: Uint8Array): boolean {
    const taken = this.#waits ? 0 : this.#direct.write(bytes);
    if (taken === bytes.length) return true;
    this.#socket.write(taken === 0 ? bytes : bytes.subarray(taken));
    return this.#hasLeft();
  }

  writeMany(pieces: readonly Uint8Array[]): boolean {
    this.#socket.cork();
    for (const piece of pieces) this.#socket.write(piece);
    this.#socket.uncork();
    return this.#hasLeft();
  }

  /**
   * True when the kernel has taken everything. The stream's own `drain` event does not come for what is below its high-water
   * mark, so an empty write behind the waiting bytes asks to be told.
   */
  #hasLeft(): boolean {
    const socket = this.#socket;
    if (socket.writableLength === 0) return true;
    this.#waits = true;
    socket.write(nothing, (error) => {
      // A failed write is followed by the socket's close, which says it all.
      if (error) return;
      this.#waits = false;
      this.#onDrained();
    });
    return false;
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  end(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }
}

// A TCP socket as the HTTP/2 and WebSocket layers want it: one write a turn, by write(2) itself where that is possible (decision 0009), and
// word when it has drained.

import { writeSync } from "node:fs";
import type { Socket } from "node:net";
import { SocketSink } from "./socket-sink.js";

/** What Node keeps behind a socket. Not documented: it is looked at before it is used, and done without where it is not there. */
interface WithHandle {
  /** Of a TLS socket: what was written to its descriptor would go out as plaintext. */
  readonly encrypted?: boolean;
  readonly _handle?: { readonly fd?: number } | null;
}

export class TcpSink extends SocketSink {
  // Not an object of their own: a fan-out meets every connection cold.
  readonly #handle: WithHandle["_handle"];
  readonly #fd: number;
  /** Bytes wait in the socket: others have to wait behind them. */
  #waits = false;

  constructor(socket: Socket, onDrained: () => void) {
    super(socket, onDrained);
    const { encrypted, _handle } = socket as WithHandle;
    this.#handle = _handle;
    this.#fd = encrypted === true ? -1 : (_handle?.fd ?? -1);
  }

  write(bytes: Uint8Array): boolean {
    const taken = this.#waits ? 0 : this.#writeNow(bytes);
    if (taken === bytes.length) return true;
    this.socket.write(taken === 0 ? bytes : bytes.subarray(taken));
    return this.hasLeft();
  }

  /**
   * Gives the kernel as many of `bytes` as it takes at once, and returns how many those were: it never blocks, Node's sockets do not. 0, too,
   * when the write fails or there is no descriptor: `socket.write` then finds out the same and says it in the usual way. Only while nothing
   * waits in the socket.
   */
  #writeNow(bytes: Uint8Array): number {
    // Node lets go of the handle as it closes it; from then on the descriptor's number may be another connection's.
    if (this.#fd < 0 || (this.socket as WithHandle)._handle !== this.#handle) return 0;
    try {
      return writeSync(this.#fd, bytes);
    } catch {
      return 0;
    }
  }

  keepRead(rest: Buffer): Buffer {
    // All connections read into one buffer (shared-reads.ts).
    return Buffer.from(rest);
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

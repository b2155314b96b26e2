// A socket as the HTTP/2 layer wants it: one write a turn, and word when it has drained.

import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type { ByteSink } from "@subito/http2";

const nothing = new Uint8Array(0);

export class TcpSink implements ByteSink {
  readonly #socket: Socket;
  readonly #isTls: boolean;
  readonly #onDrained: () => void;

  /** `onDrained` is called after a write that returned false, once its bytes have left. */
  constructor(socket: Socket, onDrained: () => void) {
    this.#socket = socket;
    this.#isTls = socket instanceof TLSSocket;
    this.#onDrained = onDrained;
  }

  write(bytes: Uint8Array): boolean {
    const isTaken = this.#isTakenAtOnce();
    this.#socket.write(bytes);
    return isTaken || this.#hasLeft();
  }

  writeMany(pieces: readonly Uint8Array[]): boolean {
    const isTaken = this.#isTakenAtOnce();
    this.#socket.cork();
    for (const piece of pieces) this.#socket.write(piece);
    this.#socket.uncork();
    return isTaken || this.#hasLeft();
  }

  /**
   * A TLS socket never says in the turn of a write that its bytes have left. But when it is keeping nothing, it encrypts or copies
   * them before `write` returns: that is as good, and asking it for word of every write would cost another system call each.
   * While a peer does not read, one write is in the socket and the next one waits behind it, which is told as usual.
   */
  #isTakenAtOnce(): boolean {
    return this.#isTls && this.#socket.writableLength === 0;
  }

  /**
   * True when the kernel has taken everything. The stream's own `drain` event does not come for what is below its high-water
   * mark, so an empty write behind the waiting bytes asks to be told.
   */
  #hasLeft(): boolean {
    const socket = this.#socket;
    if (socket.writableLength === 0) return true;
    socket.write(nothing, (error) => {
      // A failed write is followed by the socket's close, which says it all.
      if (!error) this.#onDrained();
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

// A TLS socket as the HTTP/2 layer wants it.

import { SocketSink } from "./socket-sink.js";

export class TlsSink extends SocketSink {
  write(bytes: Uint8Array): boolean {
    const isTaken = this.#isTakenAtOnce();
    this.socket.write(bytes);
    return isTaken || this.hasLeft();
  }

  override writeMany(pieces: readonly Uint8Array[]): boolean {
    const isTaken = this.#isTakenAtOnce();
    this.writeTogether(pieces);
    return isTaken || this.hasLeft();
  }

  keepRead(rest: Buffer): Buffer {
    return rest;
  }

  /**
   * A TLS socket never says in the turn of a write that its bytes have left. But when it is keeping nothing, it encrypts or copies
   * them before `write` returns: that is as good, and asking it for word of every write would cost another system call each.
   * While a peer does not read, one write is in the socket and the next one waits behind it, which is told as usual.
   */
  #isTakenAtOnce(): boolean {
    return this.socket.writableLength === 0;
  }
}

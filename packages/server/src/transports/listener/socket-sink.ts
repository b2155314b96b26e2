// What the sinks over TCP and over TLS have in common: everything but how bytes are written.

import type { Socket } from "node:net";
import type { ByteSink } from "@subito/http2";
import { hear } from "./shared-reads.js";

const nothing = new Uint8Array(0);

export abstract class SocketSink implements ByteSink {
  protected readonly socket: Socket;
  readonly #onDrained: () => void;
  /** Two may want that nothing is read: the connection, and whoever shares the turn out. */
  #paused = false;
  #held = false;
  #take: ((chunk: Buffer) => void) | undefined;
  /** What came while nothing should: Node's streams read on for reasons of their own. */
  #late: Buffer[] | undefined;

  /** `onDrained` is called after a write that returned false, once its bytes have left. */
  constructor(socket: Socket, onDrained: () => void) {
    this.socket = socket;
    this.#onDrained = onDrained;
  }

  get peerAddress(): string {
    return this.socket.remoteAddress ?? "";
  }

  abstract write(bytes: Uint8Array): boolean;

  writeMany(pieces: readonly Uint8Array[]): boolean {
    this.writeTogether(pieces);
    return this.hasLeft();
  }

  protected writeTogether(pieces: readonly Uint8Array[]): void {
    this.socket.cork();
    for (const piece of pieces) this.socket.write(piece);
    this.socket.uncork();
  }

  /**
   * True when the kernel has taken everything. The stream's own `drain` event does not come for what is below its high-water
   * mark, so an empty write behind the waiting bytes asks to be told.
   */
  protected hasLeft(): boolean {
    if (this.socket.writableLength === 0) return true;
    this.socket.write(nothing, (error) => {
      // A failed write is followed by the socket's close, which says it all.
      if (!error) this.drained();
    });
    return false;
  }

  protected drained(): void {
    this.#onDrained();
  }

  /** `take` hears what comes from now on, each time as a view that ends with the call, but nothing while this is paused or held. */
  hear(take: (chunk: Buffer) => void): void {
    this.#take = take;
    hear(this.socket, (chunk) => {
      if (this.#isWaiting()) this.#keepLate(chunk);
      else take(chunk);
    });
  }

  pause(): void {
    this.#paused = true;
    this.socket.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#goOn();
  }

  /** `rest` is what is left of bytes that came from this socket. */
  abstract keepRead(rest: Buffer): Buffer;

  holdReading(): void {
    this.#held = true;
    this.socket.pause();
  }

  releaseReading(): void {
    this.#held = false;
    this.#goOn();
  }

  #isWaiting(): boolean {
    return this.#paused || this.#held;
  }

  #keepLate(chunk: Buffer): void {
    (this.#late ??= []).push(this.keepRead(chunk));
    this.socket.pause();
  }

  #goOn(): void {
    const late = this.#late;
    if (late !== undefined && !this.#isWaiting()) {
      // As one, and forgotten first: whoever hears it may come here again, and must find nothing that belongs behind it.
      this.#late = undefined;
      this.#take?.(Buffer.concat(late));
    }
    if (!this.#isWaiting()) this.socket.resume();
  }

  end(): void {
    this.socket.end();
  }

  destroy(): void {
    this.socket.destroy();
  }
}

// Reads a new connection until its protocol can be told, then is done with.

import type { Socket } from "node:net";
import type { Clock, Timer } from "../../kernel/clock.js";
import { type Protocol, sniffProtocol } from "./sniff.js";

const nothing = Buffer.alloc(0);

type OnTold = (protocol: Protocol, first: Buffer) => void;

export class Sniffer {
  readonly #socket: Socket;
  #onTold: OnTold | undefined;
  #timer: Timer | undefined;
  #onData: ((chunk: Buffer) => void) | undefined;
  #first: Buffer = nothing;

  /** Calls `onTold` once, with every byte received so far; or cuts the socket when it takes longer than `timeoutMs`. */
  constructor(clock: Clock, timeoutMs: number, socket: Socket, onTold: OnTold) {
    this.#socket = socket;
    this.#onTold = onTold;
    this.#timer = clock.after(timeoutMs, () => socket.destroy());
    this.#onData = (chunk) => this.#read(chunk);
    socket.on("data", this.#onData);
  }

  #read(chunk: Buffer): void {
    const first = this.#first.length === 0 ? chunk : Buffer.concat([this.#first, chunk]);
    const protocol = sniffProtocol(first);
    if (protocol === undefined) {
      this.#first = first;
      return;
    }
    const onTold = this.#onTold;
    this.stop();
    onTold?.(protocol, first);
  }

  /** Lets go of the socket and of everything held for it. */
  stop(): void {
    this.#timer?.cancel();
    if (this.#onData !== undefined) this.#socket.off("data", this.#onData);
    this.#timer = undefined;
    this.#onData = undefined;
    this.#onTold = undefined;
    this.#first = nothing;
  }
}

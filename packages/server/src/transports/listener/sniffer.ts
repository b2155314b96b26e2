// Reads a new connection until its protocol can be told, then is done with.

import type { Socket } from "node:net";
import type { Clock, Timer } from "../../kernel/clock.js";
import { type Protocol, sniffProtocol } from "./sniff.js";

const nothing = Buffer.alloc(0);

/** Hears the protocol, or that the socket has closed, or was cut for its silence, before it was told. */
type OnTold = (protocol: Protocol | "gone" | "silent", first: Buffer) => void;

export class Sniffer {
  readonly #socket: Socket;
  #onTold: OnTold | undefined;
  #timer: Timer | undefined;
  readonly #onData = (chunk: Buffer): void => this.#read(chunk);
  readonly #onClose = (): void => this.#tell("gone");
  #first: Buffer = nothing;

  /** Calls `onTold` once, with every byte received so far. A socket that takes longer than `timeoutMs` is cut. */
  constructor(clock: Clock, timeoutMs: number, socket: Socket, onTold: OnTold) {
    this.#socket = socket;
    this.#onTold = onTold;
    this.#timer = clock.after(timeoutMs, () => {
      socket.destroy();
      this.#tell("silent");
    });
    socket.on("data", this.#onData);
    socket.once("close", this.#onClose);
  }

  #read(chunk: Buffer): void {
    this.#first = this.#first.length === 0 ? chunk : Buffer.concat([this.#first, chunk]);
    const protocol = sniffProtocol(this.#first);
    if (protocol !== undefined) this.#tell(protocol);
  }

  /** Lets go of the socket and of everything held for it, then tells. */
  #tell(protocol: Parameters<OnTold>[0]): void {
    const onTold = this.#onTold;
    const first = this.#first;
    this.#timer?.cancel();
    this.#socket.off("data", this.#onData);
    this.#socket.off("close", this.#onClose);
    this.#timer = undefined;
    this.#onTold = undefined;
    this.#first = nothing;
    onTold?.(protocol, first);
  }
}

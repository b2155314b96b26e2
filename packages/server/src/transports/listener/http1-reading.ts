// Puts the turn's budget between a socket and node:http, which otherwise parses at once whatever one read brings: hundreds of requests,
// or thousands of chunks of a byte.

import type { Socket } from "node:net";
import type { ReadBudget, Reader, Source } from "./read-budget.js";

/** As much of a socket as is used here. */
export type ParsedSocket = Pick<Socket, "listeners" | "off" | "on" | "pause" | "resume" | "destroyed">;

/** `socket` was just given to node:http, which hears of its bytes by the event `data`, as it does for whoever else listens there. */
export function parseByBudget(socket: ParsedSocket, reads: ReadBudget): void {
  const [parse] = socket.listeners("data") as ((chunk: Buffer) => void)[];
  if (parse === undefined) return;
  socket.off("data", parse);
  const reading = new Http1Reading(socket, parse, reads);
  socket.on("data", (chunk: Buffer) => reading.take(chunk));
}

class Http1Reading implements Reader, Source {
  readonly #socket: ParsedSocket;
  readonly #parse: (chunk: Buffer) => void;
  readonly #reads: ReadBudget;
  #held = false;
  /** What came while nothing should: node:http resumes the socket for reasons of its own. */
  #late: Buffer[] = [];

  constructor(socket: ParsedSocket, parse: (chunk: Buffer) => void, reads: ReadBudget) {
    this.#socket = socket;
    this.#parse = parse;
    this.#reads = reads;
  }

  take(chunk: Buffer): void {
    if (this.#held) {
      this.#late.push(chunk);
      this.#socket.pause();
    } else {
      this.#reads.read(this, this, chunk);
    }
  }

  receive(chunk: Buffer): void {
    // A closed connection's parser is another's by now.
    if (!this.#socket.destroyed) this.#parse.call(this.#socket, chunk);
  }

  holdReading(): void {
    this.#held = true;
    this.#socket.pause();
  }

  releaseReading(): void {
    this.#held = false;
    const late = this.#late;
    this.#late = [];
    for (const chunk of late) this.take(chunk);
    this.#resumeUnlessHeld();
  }

  #resumeUnlessHeld(): void {
    if (!this.#held) this.#socket.resume();
  }
}

// Puts the turn's budget between a socket and node:http, which otherwise parses at once whatever one read brings: hundreds of requests,
// or thousands of chunks of a byte. Goes on with whoever has the socket behind node:http.

import type { Socket } from "node:net";
import type { ReadBudget, Reader, Source } from "./read-budget.js";

/** As much of a socket as is used here. */
export type ParsedSocket = Pick<
  Socket,
  "listeners" | "off" | "on" | "pause" | "read" | "resume" | "destroyed"
>;

const readings = new WeakMap<ParsedSocket, Http1Reading>();

/** `socket` was just given to node:http, which hears of its bytes by the event `data`, as it does for whoever else listens there. */
export function parseByBudget(socket: ParsedSocket, reads: ReadBudget): void {
  const [parse] = socket.listeners("data") as ((chunk: Buffer) => void)[];
  if (parse === undefined) return;
  socket.off("data", parse);
  readings.set(socket, new Http1Reading(socket, parse, reads));
}

/**
 * node:http is done with `socket`, and `head` has come behind its last request. All that comes waits, until it is said to whom it goes;
 * undefined: the socket is not one of `parseByBudget`.
 */
export function detachReading(socket: ParsedSocket, head: Buffer): DetachedReading | undefined {
  const reading = readings.get(socket);
  readings.delete(socket);
  reading?.detach(head);
  return reading;
}

/** Whoever has the socket now. */
export interface HearingSource extends Source {
  hear(take: (chunk: Buffer) => void): void;
}

export interface DetachedReading {
  /** Everything goes to `reader` from now on, by the same budget, and `source` is asked to wait. Called once. */
  handOver(reader: Reader, source: HearingSource): void;
}

class Http1Reading implements Reader, Source, DetachedReading {
  readonly #socket: ParsedSocket;
  /** Undefined: detached. */
  #parse: ((chunk: Buffer) => void) | undefined;
  readonly #reads: ReadBudget;
  readonly #onData = (chunk: Buffer): void => this.#take(chunk);
  #held = false;
  /** What came while nothing should: node:http resumes the socket for reasons of its own. */
  #late: Buffer[] = [];
  /** What came since it is detached. */
  #detached: Buffer[] = [];
  #next: { readonly reader: Reader; readonly source: HearingSource } | undefined;

  constructor(socket: ParsedSocket, parse: (chunk: Buffer) => void, reads: ReadBudget) {
    this.#socket = socket;
    this.#parse = parse;
    this.#reads = reads;
    socket.on("data", this.#onData);
  }

  #take(chunk: Buffer): void {
    if (this.#held) {
      this.#late.push(chunk);
      this.#socket.pause();
    } else if (this.#parse === undefined) {
      this.#detached.push(chunk);
    } else {
      this.#reads.read(this, this, chunk);
    }
  }

  receive(chunk: Buffer): void {
    if (this.#parse === undefined) this.#detached.push(chunk);
    // A closed connection's parser is another's by now.
    else if (!this.#socket.destroyed) this.#parse.call(this.#socket, chunk);
  }

  keepRead(rest: Buffer): Buffer {
    return rest;
  }

  holdReading(): void {
    this.#held = true;
    this.#socket.pause();
  }

  releaseReading(): void {
    this.#held = false;
    const late = this.#late;
    this.#late = [];
    for (const chunk of late) this.#take(chunk);
    this.#resumeUnlessHeld();
  }

  #resumeUnlessHeld(): void {
    if (this.#held) return;
    if (this.#parse === undefined) this.#goOn();
    else this.#socket.resume();
  }

  detach(head: Buffer): void {
    this.#parse = undefined;
    this.#detached.push(head);
    this.#socket.pause();
  }

  handOver(reader: Reader, source: HearingSource): void {
    this.#next = { reader, source };
    // What the budget has put off comes first.
    if (!this.#held) this.#goOn();
  }

  #goOn(): void {
    if (this.#next === undefined) return;
    const { reader, source } = this.#next;
    const reads = this.#reads;
    this.#socket.off("data", this.#onData);
    // Of a paused stream.
    const waiting = this.#socket.read() as Buffer | null;
    if (waiting !== null) this.#detached.push(waiting);
    source.hear((chunk) => reads.read(reader, source, chunk));
    source.releaseReading();
    const chunk = Buffer.concat(this.#detached);
    this.#detached = [];
    if (chunk.length > 0) reads.read(reader, source, chunk);
  }
}

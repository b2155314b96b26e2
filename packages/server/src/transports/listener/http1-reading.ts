// Puts the turn's budget between a socket and node:http, which otherwise parses at once whatever one read brings: hundreds of requests,
// or thousands of chunks of a byte. A request that comes before the one before it is answered is not even parsed until then. Goes on with
// whoever has the socket behind node:http.

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { type ArrivingRequest, Http1Messages } from "./http1-messages.js";
import type { ReadBudget, Reader, Source } from "./read-budget.js";

/** As much of a socket as is used here. */
export type ParsedSocket = Pick<
  Socket,
  "listeners" | "off" | "on" | "pause" | "read" | "resume" | "unshift" | "destroyed"
>;

const readings = new WeakMap<ParsedSocket, Http1Reading>();

/** `socket` was just given to node:http, which hears of its bytes by the event `data`, as it does for whoever else listens there. */
export function parseByBudget(socket: ParsedSocket, reads: ReadBudget): void {
  const [parse] = socket.listeners("data") as ((chunk: Buffer) => void)[];
  if (parse === undefined) return;
  socket.off("data", parse);
  readings.set(socket, new Http1Reading(socket, parse, reads));
}

/** node:http has found the head of `request`, which `outgoing` is to answer: what comes behind it waits until that has left. */
export function beginRequest(request: IncomingMessage, outgoing: ServerResponse): void {
  readings.get(request.socket)?.begin(request, outgoing);
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
  readonly #messages = new Http1Messages();
  readonly #onData = (chunk: Buffer): void => this.#take(chunk);
  /** A request is not answered, or not yet known to be. */
  #answering = false;
  /** By the budget. */
  #held = false;
  /** What stands in a chunk behind a request that is not answered. */
  #behind: Buffer | undefined;
  /** What came since it is detached. */
  #detached: Buffer[] = [];
  #next: { readonly reader: Reader; readonly source: HearingSource } | undefined;

  constructor(socket: ParsedSocket, parse: (chunk: Buffer) => void, reads: ReadBudget) {
    this.#socket = socket;
    this.#parse = parse;
    this.#reads = reads;
    socket.on("data", this.#onData);
  }

  get #isHeld(): boolean {
    return this.#held || this.#behind !== undefined;
  }

  begin(request: ArrivingRequest, outgoing: Pick<ServerResponse, "once">): void {
    this.#messages.begin(request);
    this.#answering = true;
    // Comes when the answer has left, and when the connection is gone.
    outgoing.once("close", () => {
      this.#answering = false;
      if (!this.#held && !this.#socket.destroyed) this.#proceed();
    });
  }

  #take(chunk: Buffer): void {
    if (this.#isHeld) {
      // node:http resumes the socket for reasons of its own: back it goes, so that the stream's own limit holds.
      this.#socket.pause();
      this.#socket.unshift(chunk);
    } else if (this.#parse === undefined) {
      this.#detached.push(chunk);
    } else {
      this.#reads.read(this, this, chunk);
    }
  }

  receive(chunk: Buffer): void {
    let rest = chunk;
    while (rest.length > 0) {
      // A closed connection's parser is another's by now.
      if (this.#socket.destroyed) return;
      if (this.#parse === undefined) {
        this.#detached.push(rest);
        return;
      }
      if (this.#behind !== undefined || (this.#answering && this.#messages.between)) {
        this.#behind = this.#behind === undefined ? rest : joinSlices(this.#behind, rest);
        this.#socket.pause();
        return;
      }
      const bytes = this.#messages.next(rest);
      const piece = bytes === rest.length ? rest : rest.subarray(0, bytes);
      this.#parse.call(this.#socket, piece);
      this.#messages.parsed(piece);
      if (piece === rest) return;
      rest = rest.subarray(bytes);
    }
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
    this.#proceed();
  }

  #proceed(): void {
    const behind = this.#behind;
    if (behind !== undefined) {
      if (this.#answering) return;
      this.#behind = undefined;
      this.#take(behind);
    }
    if (this.#isHeld) return;
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

/** Of one chunk, the second behind the first. */
function joinSlices(first: Buffer, second: Buffer): Buffer {
  return Buffer.from(first.buffer, first.byteOffset, first.length + second.length);
}

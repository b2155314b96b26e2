// How much is read from all connections in one turn: a crowd of busy publishers, or one peer whose bytes cost much, must not keep
// the event loop from the others, whose PINGs are answered within a second (wire-contract.md 1.5).

import { afterTurn } from "../../kernel/turn.js";

/** Takes what was read. */
export interface Reader {
  receive(chunk: Buffer): void;
}

/** Where it was read, which can be made to wait. */
export interface Source {
  /** What is left of a chunk, to be put off: a copy where the chunk ends with the call that brought it. */
  keepRead(rest: Buffer): Buffer;
  /** Nothing more is read, until it is let go on. */
  holdReading(): void;
  releaseReading(): void;
}

export interface ReadLimits {
  readonly readBytesPerTurnMax: number;
  readonly readMsPerTurnMax: number;
  /** A chunk up to this size is never put off: it costs little, and may be a PING. */
  readonly smallReadBytesMax: number;
  /** What is handed over of a larger chunk before the clock is looked at again. */
  readonly readSliceBytesMax: number;
}

interface PutOff {
  readonly reader: Reader;
  readonly source: Source;
  readonly chunk: Buffer;
}

export interface ReadBudgetOptions {
  readonly limits: ReadLimits;
  readonly monotonicMs: () => number;
  /** Calls its argument in a later turn. */
  readonly schedule?: (run: () => void) => void;
}

export class ReadBudget {
  readonly #limits: ReadLimits;
  readonly #monotonicMs: () => number;
  readonly #schedule: (run: () => void) => void;
  #usedBytes = 0;
  /** When the first large chunk of this turn came; what else the turn does from then on counts too. */
  #startedMs: number | undefined;
  #scheduled = false;
  /** In the order in which they came; one for each connection at most, since it is not read from meanwhile. */
  #putOff: PutOff[] = [];

  constructor({ limits, monotonicMs, schedule = afterTurn }: ReadBudgetOptions) {
    this.#limits = limits;
    this.#monotonicMs = monotonicMs;
    this.#schedule = schedule;
  }

  /** Hands `chunk` to its reader, now or, what the turn has no room for, in later turns. */
  read(reader: Reader, source: Source, chunk: Buffer): void {
    if (chunk.length <= this.#limits.smallReadBytesMax) {
      this.#use(chunk.length);
      reader.receive(chunk);
      return;
    }
    const rest = this.#hasRoom() ? this.#handOver(reader, chunk) : chunk;
    if (rest === undefined) return;
    source.holdReading();
    this.#putOff.push({ reader, source, chunk: source.keepRead(rest) });
  }

  /** Slice by slice, while the turn has room; returns what is left. */
  #handOver(reader: Reader, chunk: Buffer): Buffer | undefined {
    const { readSliceBytesMax } = this.#limits;
    let rest = chunk;
    while (rest.length > readSliceBytesMax) {
      this.#use(readSliceBytesMax);
      reader.receive(rest.subarray(0, readSliceBytesMax));
      rest = rest.subarray(readSliceBytesMax);
      if (!this.#hasRoom()) return rest;
    }
    this.#use(rest.length);
    reader.receive(rest);
    return undefined;
  }

  #hasRoom(): boolean {
    const nowMs = this.#monotonicMs();
    this.#startedMs ??= nowMs;
    const { readBytesPerTurnMax, readMsPerTurnMax } = this.#limits;
    return this.#usedBytes < readBytesPerTurnMax && nowMs - this.#startedMs < readMsPerTurnMax;
  }

  #use(bytes: number): void {
    this.#usedBytes += bytes;
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#schedule(() => this.#nextTurn());
  }

  #nextTurn(): void {
    this.#scheduled = false;
    this.#usedBytes = 0;
    this.#startedMs = undefined;
    if (this.#putOff.length === 0) return;
    const putOff = this.#putOff;
    this.#putOff = [];
    let done = 0;
    while (done < putOff.length && this.#hasRoom()) {
      const { reader, source, chunk } = putOff[done++] as PutOff;
      const rest = this.#handOver(reader, chunk);
      // Behind the others, who have waited as long.
      if (rest !== undefined) this.#putOff.push({ reader, source, chunk: rest });
      else source.releaseReading();
    }
    this.#putOff = [...putOff.slice(done), ...this.#putOff];
  }
}

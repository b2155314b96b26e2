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
  /** What is handed over of a larger chunk before the clock is looked at: so much at first, then twice as much each time. */
  readonly firstReadSliceBytesMax: number;
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
  /** Put off for the first time, in the order in which they came; one for each connection at most, since it is not read from meanwhile. */
  #fresh: PutOff[] = [];
  /** Of those whom one turn's room was too little for. They stand behind the others, who may ask for less. */
  #again: PutOff[] = [];

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
    const list = rest === chunk ? this.#fresh : this.#again;
    list.push({ reader, source, chunk: source.keepRead(rest) });
  }

  /** Slice by slice, while the turn has room; returns what is left. */
  #handOver(reader: Reader, chunk: Buffer): Buffer | undefined {
    const { firstReadSliceBytesMax, readSliceBytesMax } = this.#limits;
    let rest = chunk;
    let sliceBytes = firstReadSliceBytesMax;
    while (rest.length > sliceBytes) {
      this.#use(sliceBytes);
      reader.receive(rest.subarray(0, sliceBytes));
      rest = rest.subarray(sliceBytes);
      if (!this.#hasRoom()) return rest;
      sliceBytes = Math.min(sliceBytes * 2, readSliceBytesMax);
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
    const [fresh, again] = [this.#fresh, this.#again];
    if (fresh.length === 0 && again.length === 0) return;
    this.#fresh = [];
    this.#again = [];
    const freshDone = this.#goOn(fresh, 0);
    // However many are fresh, those behind them get on.
    const againDone = this.#goOn(again, 1);
    this.#fresh = [...fresh.slice(freshDone), ...this.#fresh];
    this.#again = [...again.slice(againDone), ...this.#again];
  }

  /** Goes on with those of `list`, in order, while the turn has room, but with so many at least. Returns with how many. */
  #goOn(list: readonly PutOff[], least: number): number {
    let done = 0;
    while (done < list.length && (this.#hasRoom() || done < least)) {
      const { reader, source, chunk } = list[done++] as PutOff;
      const rest = this.#handOver(reader, chunk);
      // Behind the others, who have waited as long.
      if (rest !== undefined) this.#again.push({ reader, source, chunk: rest });
      else source.releaseReading();
    }
    return done;
  }
}

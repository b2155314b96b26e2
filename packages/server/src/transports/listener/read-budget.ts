// How much is read from all connections in one turn: a crowd of busy publishers must not keep the event loop from the others,
// whose PINGs are answered within a second (wire-contract.md 1.5).

import { afterTurn } from "../../kernel/turn.js";

/** Takes what was read. */
export interface Reader {
  receive(chunk: Buffer): void;
}

/** Where it was read, which can be made to wait. */
export interface Source {
  /** Nothing more is read, until it is let go on. */
  holdReading(): void;
  releaseReading(): void;
}

export interface ReadLimits {
  readonly readBytesPerTurnMax: number;
  /** A chunk up to this size is never put off: it costs little, and may be a PING. */
  readonly smallReadBytesMax: number;
}

interface PutOff {
  readonly reader: Reader;
  readonly source: Source;
  readonly chunk: Buffer;
}

export class ReadBudget {
  readonly #limits: ReadLimits;
  readonly #schedule: (run: () => void) => void;
  #usedBytes = 0;
  #scheduled = false;
  /** In the order in which they came; one for each connection at most, since it is not read from meanwhile. */
  #putOff: PutOff[] = [];

  /** `schedule` calls its argument in a later turn. */
  constructor(limits: ReadLimits, schedule: (run: () => void) => void = afterTurn) {
    this.#limits = limits;
    this.#schedule = schedule;
  }

  /** Hands `chunk` to its reader, now or in a later turn. */
  read(reader: Reader, source: Source, chunk: Buffer): void {
    const { readBytesPerTurnMax, smallReadBytesMax } = this.#limits;
    if (chunk.length <= smallReadBytesMax || this.#usedBytes < readBytesPerTurnMax) {
      this.#use(chunk.length);
      reader.receive(chunk);
      return;
    }
    source.holdReading();
    this.#putOff.push({ reader, source, chunk });
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
    if (this.#putOff.length === 0) return;
    const putOff = this.#putOff;
    let done = 0;
    while (done < putOff.length && this.#usedBytes < this.#limits.readBytesPerTurnMax) {
      const { reader, source, chunk } = putOff[done++] as PutOff;
      this.#use(chunk.length);
      reader.receive(chunk);
      source.releaseReading();
    }
    this.#putOff = putOff.slice(done);
  }
}

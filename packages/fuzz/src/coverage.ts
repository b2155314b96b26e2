// Which branches an input took, and about how often. Instrumented modules count into one array; each run is compared with all before.

/** Branches of all modules of a process together. */
const COUNTERS_MAX = 1 << 16;

// How often a branch was taken, in classes: 1, 2, 3, 4 to 7, 8 to 15, 16 to 31, 32 to 127, 128 and more. A bit each.
const classOf = new Uint8Array(256);
for (let count = 1; count < 256; count++) {
  const place =
    count <= 3 ? count - 1 : count < 8 ? 3 : count < 16 ? 4 : count < 32 ? 5 : count < 128 ? 6 : 7;
  classOf[count] = 1 << place;
}

export class Coverage {
  readonly #counters = new Uint8Array(COUNTERS_MAX);
  readonly #words = new Uint32Array(this.#counters.buffer);
  /** The classes seen so far of every branch. */
  readonly #seen = new Uint8Array(COUNTERS_MAX);
  #used = 0;
  #branches = 0;
  /** Branch and class, each pair once. */
  features = 0;
  /** Branches taken by any input. */
  taken = 0;

  /** Branches of the modules loaded so far. */
  get branches(): number {
    return this.#branches;
  }

  /** Called by an instrumented module when it is loaded: its counters. */
  allocate(count: number): Uint8Array {
    const from = this.#used;
    this.#branches += count;
    // A place more than it needs, and whole words.
    this.#used = from + ((count + 4) & ~3);
    if (this.#used > COUNTERS_MAX) throw new RangeError("too many branches to count");
    return this.#counters.subarray(from, from + count);
  }

  /** Forgets what was counted since the last `take`: the work of loading, or of a target's own. */
  reset(): void {
    this.#counters.fill(0, 0, this.#used);
  }

  /** How many branches, or classes of branches, the run since the last `take` or `reset` has shown for the first time. */
  take(): number {
    const words = this.#words;
    const wordsUsed = this.#used >>> 2;
    let found = 0;
    for (let word = 0; word < wordsUsed; word++) {
      if (words[word] === 0) continue;
      found += this.#takeWord(word * 4);
      words[word] = 0;
    }
    return found;
  }

  #takeWord(from: number): number {
    let found = 0;
    for (let i = from; i < from + 4; i++) {
      const bit = classOf[this.#counters[i] as number] as number;
      const seen = this.#seen[i] as number;
      if ((bit & ~seen) === 0) continue;
      if (seen === 0) this.taken++;
      this.#seen[i] = seen | bit;
      this.features++;
      found++;
    }
    return found;
  }

  /** Forgets all inputs. */
  clear(): void {
    this.reset();
    this.#seen.fill(0);
    this.features = 0;
    this.taken = 0;
  }
}

/** The one that the instrumented modules of this thread find. */
export const coverage = new Coverage();

/** By this name of the global object a module finds `allocate`. */
export const COVERAGE_GLOBAL = "__fuzzCounters";

/** Before any instrumented module is loaded. */
export function publishCoverage(): void {
  Object.defineProperty(globalThis, COVERAGE_GLOBAL, { value: (count: number) => coverage.allocate(count) });
}

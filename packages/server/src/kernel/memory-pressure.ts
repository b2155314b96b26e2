// Says when memory is short, and when it is not any more: two thresholds, so that it does not flap.

import type { Clock, Timer } from "./clock.js";
import type { Machine, MemoryUse } from "./machine.js";

/** How often it looks. */
const INTERVAL_MS = 250;
/** Of the limit: where it ends again. */
const TAKEN_LOW = 0.9;
// Of what V8 lets its heap grow to: near it, collecting takes all the time, and beyond it the process ends.
const HEAP_HIGH = 0.85;
const HEAP_LOW = 0.75;

/** What counts. Not what V8's own numbers add up to: TLS connections lie outside of them for the most part. */
export function takenBytes({ residentBytes, heapFreeBytes }: MemoryUse): number {
  return residentBytes - heapFreeBytes;
}

export class MemoryPressure {
  /** Looked up on hot paths: a plain field. */
  isHigh = false;
  readonly #machine: Machine;
  readonly #residentBytesMax: number;
  readonly #onChange: (isHigh: boolean) => void;
  readonly #timer: Timer;

  /** `onChange` is told when it begins and when it ends. */
  constructor(clock: Clock, machine: Machine, residentBytesMax: number, onChange: (isHigh: boolean) => void) {
    this.#machine = machine;
    this.#residentBytesMax = residentBytesMax;
    this.#onChange = onChange;
    this.#timer = clock.every(INTERVAL_MS, () => this.#look());
  }

  close(): void {
    this.#timer.cancel();
  }

  #look(): void {
    const use = this.#machine.memory();
    const taken = takenBytes(use) / this.#residentBytesMax;
    const heap = use.heapBytes / this.#machine.heapBytesMax;
    const isHigh = this.isHigh ? heap > HEAP_LOW || taken > TAKEN_LOW : heap > HEAP_HIGH || taken > 1;
    if (isHigh === this.isHigh) return;
    this.isHigh = isHigh;
    this.#onChange(isHigh);
  }
}

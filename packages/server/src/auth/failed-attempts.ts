// Who has brought wrong credentials too often is not looked at for a while: by address, and by the key that was tried.

import type { Clock } from "../kernel/clock.js";

export interface FailedAttemptsLimits {
  /** Failures at once, and per second in the long run. */
  readonly burstMax: number;
  readonly perSecondMax: number;
  /** Whose failures are kept in mind; the oldest give way. */
  readonly trackedMax: number;
}

interface Bucket {
  /** Failures that are still allowed, at `atMs`. */
  left: number;
  atMs: number;
}

export class FailedAttempts {
  readonly #clock: Clock;
  readonly #limits: FailedAttemptsLimits;
  readonly #buckets = new Map<string, Bucket>();

  constructor(clock: Clock, limits: FailedAttemptsLimits) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /** False: there were too many failures of `who`. */
  mayTry(who: string): boolean {
    const bucket = this.#buckets.get(who);
    return bucket === undefined || this.#leftIn(bucket) >= 1;
  }

  failed(who: string): void {
    const known = this.#buckets.get(who);
    const left = known === undefined ? this.#limits.burstMax : this.#leftIn(known);
    // Again at the end: who fails now is remembered longest.
    this.#buckets.delete(who);
    if (this.#buckets.size >= this.#limits.trackedMax) {
      for (const oldest of this.#buckets.keys()) {
        this.#buckets.delete(oldest);
        break;
      }
    }
    this.#buckets.set(who, { left: Math.max(0, left - 1), atMs: this.#clock.monotonicMs() });
  }

  #leftIn({ left, atMs }: Bucket): number {
    const { burstMax, perSecondMax } = this.#limits;
    return Math.min(burstMax, left + ((this.#clock.monotonicMs() - atMs) / 1000) * perSecondMax);
  }
}

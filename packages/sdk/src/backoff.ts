// How long to wait before the next try: exponential, with full jitter, so that many clients do not come back at one moment.

export interface BackoffOptions {
  /** The upper end of the first wait, in milliseconds. */
  readonly baseMs: number;
  /** No wait is longer, in milliseconds. */
  readonly capMs: number;
  /** A connection that has lasted so long makes the next wait a first one again, in milliseconds. */
  readonly stableMs: number;
}

export interface Backoff {
  /** The next wait in milliseconds: anything from 0 to min(cap, base × 2^waits so far). */
  next(): number;
  /** Tells that something has worked for `ms` milliseconds. */
  worked(ms: number): void;
}

export function createBackoff(options: BackoffOptions, random: () => number): Backoff {
  let waits = 0;
  return {
    next: () => random() * Math.min(options.capMs, options.baseMs * 2 ** Math.min(waits++, 30)),
    worked(ms) {
      if (ms >= options.stableMs) waits = 0;
    },
  };
}

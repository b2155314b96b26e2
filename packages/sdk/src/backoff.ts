// How long to wait before the next try: exponential, with full jitter, so that many clients do not come back at one moment.

import type { Runtime } from "./runtime.js";

export interface BackoffOptions {
  /** The upper end of the first wait, in milliseconds. */
  readonly baseMs: number;
  /** No wait is longer, in milliseconds. */
  readonly capMs: number;
  /** When no wait was needed for so long, the next one is a first one again, in milliseconds; longer than `capMs`. */
  readonly stableMs: number;
}

/** Gives the next wait in milliseconds: anything from 0 to min(cap, base × 2^waits so far). */
export function createBackoff(
  { baseMs, capMs, stableMs }: BackoffOptions,
  runtime: Pick<Runtime, "now" | "random">,
): () => number {
  let waits = 0;
  let lastAt = 0;
  return () => {
    const now = runtime.now();
    if (now - lastAt > stableMs) waits = 0;
    lastAt = now;
    return runtime.random() * Math.min(capMs, baseMs * 2 ** waits++);
  };
}

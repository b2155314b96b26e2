// How late the event loop comes round, over the last half to whole minute.

import { type IntervalHistogram, monitorEventLoopDelay } from "node:perf_hooks";
import type { Clock } from "./clock.js";

export interface LoopDelay {
  readonly medianSeconds: number;
  readonly p99Seconds: number;
  readonly maxSeconds: number;
}

export interface LoopDelayGauge {
  /** Reading changes nothing, so that several may read. */
  read(): LoopDelay;
  close(): void;
}

/** A timer of this interval measures; it is counted in what it measures, and taken off again. */
const RESOLUTION_MS = 20;
/** Something is seen for this long at least, and for twice as long at most. */
const WINDOW_MS = 30_000;

/**
 * Starts to measure. Two histograms begin anew in turn, and the older one is read: one that begins does not see the turn in which
 * it does, but the other has.
 */
export function startLoopDelayGauge(clock: Clock): LoopDelayGauge {
  const histograms = [createHistogram(), createHistogram()] as const;
  let older = 0;
  const timer = clock.every(WINDOW_MS, () => {
    histograms[older]?.reset();
    older = 1 - older;
  });
  return {
    read: () => toLoopDelay(histograms[older] as IntervalHistogram),
    close() {
      timer.cancel();
      for (const histogram of histograms) histogram.disable();
    },
  };
}

function createHistogram(): IntervalHistogram {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  return histogram;
}

function toLoopDelay(histogram: IntervalHistogram): LoopDelay {
  // Before the first measurement the histogram has no largest value but a sentinel.
  if (histogram.count === 0) return { medianSeconds: 0, p99Seconds: 0, maxSeconds: 0 };
  const toSeconds = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e9 - RESOLUTION_MS / 1000);
  return {
    medianSeconds: toSeconds(histogram.percentile(50)),
    p99Seconds: toSeconds(histogram.percentile(99)),
    maxSeconds: toSeconds(histogram.max),
  };
}

// A clock that a test moves by hand: timers run in order of their time, inside `advance`.

import type { Clock, Timer } from "../kernel/clock.js";

/** A clock that stands still until told. */
export interface FakeClock extends Clock {
  /** Moves both clocks on and runs every timer that comes due, in order. */
  advance(durationMs: number): void;
  /** Sets the wall clock, as an operator would; the monotonic clock and timers do not notice. */
  setWallClock(nowMs: number): void;
  /** Timers that have yet to run. */
  readonly pendingTimers: number;
}

interface PendingTimer extends Timer {
  dueMs: number;
  readonly order: number;
  readonly intervalMs: number | undefined;
  readonly callback: () => void;
}

/** A clock at `startMs` since the epoch (by default a moment in 2026). */
export function createFakeClock(startMs = Date.UTC(2026, 0, 1)): FakeClock {
  let monotonicMs = 0;
  let wallOffsetMs = startMs;
  let order = 0;
  const pending = new Set<PendingTimer>();

  function add(delayMs: number, intervalMs: number | undefined, callback: () => void): Timer {
    const timer: PendingTimer = {
      dueMs: monotonicMs + Math.max(0, delayMs),
      order: order++,
      intervalMs,
      callback,
      cancel: () => void pending.delete(timer),
    };
    pending.add(timer);
    return timer;
  }

  function nextDue(untilMs: number): PendingTimer | undefined {
    let next: PendingTimer | undefined;
    for (const timer of pending) {
      if (timer.dueMs > untilMs) continue;
      if (
        next === undefined ||
        timer.dueMs < next.dueMs ||
        (timer.dueMs === next.dueMs && timer.order < next.order)
      ) {
        next = timer;
      }
    }
    return next;
  }

  return {
    nowMs: () => wallOffsetMs + monotonicMs,
    monotonicMs: () => monotonicMs,
    after: (delayMs, callback) => add(delayMs, undefined, callback),
    every: (intervalMs, callback) => add(intervalMs, Math.max(1, intervalMs), callback),
    advance(durationMs) {
      const untilMs = monotonicMs + durationMs;
      for (let timer = nextDue(untilMs); timer !== undefined; timer = nextDue(untilMs)) {
        monotonicMs = Math.max(monotonicMs, timer.dueMs);
        if (timer.intervalMs === undefined) pending.delete(timer);
        else timer.dueMs += timer.intervalMs;
        timer.callback();
      }
      monotonicMs = untilMs;
    },
    setWallClock(nowMs) {
      wallOffsetMs = nowMs - monotonicMs;
    },
    get pendingTimers() {
      return pending.size;
    },
  };
}

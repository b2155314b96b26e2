// Time as a port: the only place in the server that reads the clock or sets a timer.

/** A pending timer. */
export interface Timer {
  cancel(): void;
}

export interface Clock {
  /** Milliseconds since the Unix epoch; may step when the machine's clock is set. */
  nowMs(): number;
  /** Milliseconds since some fixed moment; never goes back. For durations. */
  monotonicMs(): number;
  /** Calls `callback` once, `delayMs` from now at the earliest. Does not keep the process alive. */
  after(delayMs: number, callback: () => void): Timer;
  /** Calls `callback` every `intervalMs`. Does not keep the process alive. */
  every(intervalMs: number, callback: () => void): Timer;
}

/** A longer delay would make the machine's timer run at once; callers choose theirs (`grpc-timeout`), up to 11,000 years. */
const MACHINE_TIMER_MS_MAX = 2 ** 31 - 1;

/** The machine's own clock. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(delayMs, callback) {
    let restMs = delayMs;
    const next = (): void => {
      const partMs = Math.min(restMs, MACHINE_TIMER_MS_MAX);
      restMs -= partMs;
      timer = setTimeout(restMs > 0 ? next : callback, partMs);
      timer.unref();
    };
    let timer: NodeJS.Timeout;
    next();
    return { cancel: () => clearTimeout(timer) };
  },
  every(intervalMs, callback) {
    const timer = setInterval(callback, intervalMs);
    timer.unref();
    return { cancel: () => clearInterval(timer) };
  },
};

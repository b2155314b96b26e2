// Time, chance and the network's state: the only file that touches the platform's, so that tests can stand in for it.

/** What the client needs of the platform besides `fetch` and `WebSocket`. */
export interface Runtime {
  /** Milliseconds since 1970. */
  now(): number;
  /** From 0 up to, not including, 1. */
  random(): number;
  /** Calls `run` once, `ms` milliseconds from now, unless what it returns was called before. */
  setTimer(run: () => void, ms: number): () => void;
  /** Calls `run` when the platform sees a network again, where it tells; returns how to stop that. */
  onOnline(run: () => void): () => void;
}

/** Longer timers fire at once in every platform. */
const TIMER_MS_MAX = 2 ** 31 - 1;

/** The platform's own clock, timers, chance and `online` event. */
export const platformRuntime: Runtime = {
  now: () => Date.now(),
  random: () => Math.random(),
  setTimer(run, ms) {
    const timer = setTimeout(run, Math.min(ms, TIMER_MS_MAX));
    return () => clearTimeout(timer);
  },
  onOnline(run) {
    // Node has no such event; Deno has no such function in workers.
    const target = globalThis as Partial<Pick<EventTarget, "addEventListener" | "removeEventListener">>;
    target.addEventListener?.("online", run);
    return () => target.removeEventListener?.("online", run);
  },
};

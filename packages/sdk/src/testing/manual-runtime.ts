// A clock, timers and chance that a test moves by hand.

import { setImmediate as turn } from "node:timers/promises";
import type { Runtime } from "../runtime.js";

interface Timer {
  readonly at: number;
  readonly run: () => void;
}

export class ManualRuntime implements Runtime {
  readonly #timers = new Set<Timer>();
  readonly #onlineListeners = new Set<() => void>();
  #now = 1_764_000_000_000;
  /** What `random()` gives. */
  chance: () => number = () => 0.5;

  now(): number {
    return this.#now;
  }

  random(): number {
    return this.chance();
  }

  setTimer(run: () => void, ms: number): () => void {
    const timer = { at: this.#now + Math.max(0, ms), run };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  onOnline(run: () => void): () => void {
    this.#onlineListeners.add(run);
    return () => this.#onlineListeners.delete(run);
  }

  /** The platform sees a network again. */
  goOnline(): void {
    for (const run of [...this.#onlineListeners]) run();
  }

  get onlineListeners(): number {
    return this.#onlineListeners.size;
  }

  get timers(): number {
    return this.#timers.size;
  }

  /** Lets `ms` milliseconds pass: what is due runs in its order, and what promises wait for it too. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await turn();
    for (;;) {
      const due = [...this.#timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.#timers.delete(due);
      this.#now = Math.max(this.#now, due.at);
      due.run();
      await turn();
    }
    this.#now = end;
  }
}

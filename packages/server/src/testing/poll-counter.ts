// Tells a test when long polls wait inside of a server: each sets the one timer of a length that nothing else has.

import { type Clock, systemClock } from "../kernel/clock.js";
import type { TestServerOptions } from "./running-server.js";

export interface PollCounter {
  /** To be given to the server. */
  readonly options: Pick<TestServerOptions, "limits" | "overrides">;
  /** Resolves once this many polls have begun to wait. */
  reached(count: number): Promise<void>;
}

/** `pollTimeoutMs`: after which a poll is answered without an item. */
export function createPollCounter(pollTimeoutMs = 1_234_567): PollCounter {
  let count = 0;
  const waiting = new Set<() => void>();
  const clock: Clock = {
    ...systemClock,
    after(delayMs, callback) {
      if (delayMs === pollTimeoutMs) {
        count++;
        for (const look of waiting) look();
      }
      return systemClock.after(delayMs, callback);
    },
  };
  return {
    options: { limits: { pollTimeoutMs }, overrides: { clock } },
    reached: (wanted) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (count < wanted) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
  };
}

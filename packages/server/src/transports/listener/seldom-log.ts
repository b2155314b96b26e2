// Log lines that strangers can cause: each kind at most once a second, with the number of those that were left out.

import type { Clock } from "../../kernel/clock.js";
import type { LogFields, Logger } from "../../kernel/log.js";

const INTERVAL_MS = 1000;

interface Kind {
  loggedMs: number;
  /** Since then. */
  unlogged: number;
}

export class SeldomLog {
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #kinds = new Map<string, Kind>();

  constructor(clock: Clock, log: Logger) {
    this.#clock = clock;
    this.#log = log;
  }

  /** `message` is one of a few fixed sentences: it is the kind. `unlogged` counts the lines left out since the last one. */
  warn(fields: LogFields, message: string): void {
    const nowMs = this.#clock.monotonicMs();
    const kind = this.#kinds.get(message);
    if (kind !== undefined && nowMs - kind.loggedMs < INTERVAL_MS) {
      kind.unlogged++;
      return;
    }
    this.#kinds.set(message, { loggedMs: nowMs, unlogged: 0 });
    this.#log.warn(
      kind === undefined || kind.unlogged === 0 ? fields : { ...fields, unlogged: kind.unlogged },
      message,
    );
  }
}

// Which connections are taken: up to a number, at a rate, and none while memory is short (decision 0007).

import type { Clock } from "../../kernel/clock.js";

/** Why a connection is not taken: the names are those of the counters. */
export type AdmissionRefusal = "connections_max" | "accept_rate" | "memory";

/** What says that memory is short. */
export interface Pressure {
  readonly isHigh: boolean;
}

export interface AdmissionOptions {
  readonly clock: Clock;
  /** Open connections of all kinds. */
  readonly connectionsMax: number;
  /** Of `connectionsMax`, those that only programs on this machine get: whoever looks after the server must get in when it is full. */
  readonly loopbackReserveMax: number;
  /** In the long run; as many may come at once. */
  readonly acceptsPerSecondMax: number;
  readonly pressure: Pressure;
}

export class Admission {
  readonly #options: AdmissionOptions;
  /** Connections that may come at once (a token bucket). */
  #left: number;
  #filledMs: number;

  constructor(options: AdmissionOptions) {
    this.#options = options;
    this.#left = options.acceptsPerSecondMax;
    this.#filledMs = options.clock.monotonicMs();
  }

  /** Why one more connection beside `openCount` is not taken; undefined: it is. */
  refusalOf(openCount: number, isLoopback: boolean): AdmissionRefusal | undefined {
    const { connectionsMax, loopbackReserveMax, pressure } = this.#options;
    const max = isLoopback
      ? connectionsMax
      : connectionsMax - Math.min(loopbackReserveMax, connectionsMax - 1);
    if (openCount >= max) return "connections_max";
    if (!this.#take()) return "accept_rate";
    // Its calls are refused as all are; but it can ask how the server is.
    return pressure.isHigh && !isLoopback ? "memory" : undefined;
  }

  #take(): boolean {
    const { clock, acceptsPerSecondMax } = this.#options;
    const nowMs = clock.monotonicMs();
    const grown = ((nowMs - this.#filledMs) * acceptsPerSecondMax) / 1000;
    this.#left = Math.min(acceptsPerSecondMax, this.#left + grown);
    this.#filledMs = nowMs;
    if (this.#left < 1) return false;
    this.#left--;
    return true;
  }
}

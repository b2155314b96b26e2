// Which connections are taken: up to a number, at a rate, and hardly any while memory is short (decision 0007).

import type { Clock } from "../../kernel/clock.js";

/** Why a connection is not taken: the names are those of the counters. */
export type AdmissionRefusal =
  "connections_max" | "tls_handshakes_max" | "tls_handshakes_per_address_max" | "accept_rate" | "memory";

/** What says that memory is short. */
export interface Pressure {
  readonly isHigh: boolean;
}

export interface AdmissionOptions {
  readonly clock: Clock;
  /** Open connections of all kinds. */
  readonly connectionsMax: number;
  /** TLS handshakes under way: each costs far more than a connection, and a peer that stalls it costs as much. */
  readonly tlsHandshakesMax: number;
  /** Of one address: else one peer could take all the places. */
  readonly tlsHandshakesPerAddressMax: number;
  /** Of the first two, those that only programs on this machine get: whoever looks after the server must get in when it is full. */
  readonly loopbackReserveMax: number;
  /** In the long run; as many may come at once. */
  readonly acceptsPerSecondMax: number;
  readonly pressure: Pressure;
}

/** TLS handshakes under way, and those of the address that begins one more. */
export interface Handshakes {
  readonly count: number;
  readonly ofAddress: number;
}

/** While memory is short, a connection counts as so many: a trickle gets in, with the probes of whoever looks after the server. */
const MEMORY_COST = 50;

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

  /** Why one more connection beside `openCount` is not taken, which begins with a handshake where there are some; undefined: it is. */
  refusalOf(openCount: number, isLoopback: boolean, handshakes?: Handshakes): AdmissionRefusal | undefined {
    const { connectionsMax, tlsHandshakesMax, tlsHandshakesPerAddressMax, pressure } = this.#options;
    if (openCount >= this.#placesOf(connectionsMax, isLoopback)) return "connections_max";
    if (handshakes !== undefined) {
      const { count, ofAddress } = handshakes;
      if (count >= this.#placesOf(tlsHandshakesMax, isLoopback)) return "tls_handshakes_max";
      if (ofAddress >= tlsHandshakesPerAddressMax) return "tls_handshakes_per_address_max";
    }
    if (!pressure.isHigh || isLoopback) return this.#take(1) ? undefined : "accept_rate";
    // The calls of those who get in are refused as all are; but they can ask how the server is.
    return this.#take(MEMORY_COST) ? undefined : "memory";
  }

  #placesOf(max: number, isLoopback: boolean): number {
    return isLoopback ? max : max - Math.min(this.#options.loopbackReserveMax, max - 1);
  }

  #take(cost: number): boolean {
    const { clock, acceptsPerSecondMax } = this.#options;
    const nowMs = clock.monotonicMs();
    const grown = ((nowMs - this.#filledMs) * acceptsPerSecondMax) / 1000;
    this.#left = Math.min(acceptsPerSecondMax, this.#left + grown);
    this.#filledMs = nowMs;
    if (this.#left < cost) return false;
    this.#left -= cost;
    return true;
  }
}

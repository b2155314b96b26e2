// How many bytes wait for peers that do not take them, all sockets together, and how much room that leaves to each.

import type { WebSocketLimits } from "./limits.js";

/** Counts what is really kept: bytes in a blocked sink and behind it. What is gone within a turn does not come by here. */
export class OutboxBudget {
  readonly #limits: WebSocketLimits;
  /** Bytes that wait. Those that several sockets share are counted for each. */
  bytes = 0;
  /** Bytes that one socket's outbox may hold at present. */
  roomBytes: number;

  constructor(limits: WebSocketLimits) {
    this.#limits = limits;
    this.roomBytes = limits.outboxBytesMax;
  }

  /** True while sockets have only what is guaranteed to each. */
  get isSpent(): boolean {
    return this.bytes > this.#limits.outboxBytesTotalMax;
  }

  /** More bytes wait, or (negative) fewer. */
  add(bytes: number): void {
    this.bytes += bytes;
    const { outboxBytesMax, outboxBytesGuaranteedMax } = this.#limits;
    this.roomBytes = this.isSpent ? Math.min(outboxBytesMax, outboxBytesGuaranteedMax) : outboxBytesMax;
  }
}

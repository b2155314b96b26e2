// How many bytes wait for peers that do not take them, all connections together, and how much room that leaves to each.

/**
 * Counts what is really kept: bytes in a blocked sink and behind it, and response bytes that no window takes. What is written
 * and gone within a turn is not counted, so that the hot path does not come by here.
 */
export class OutboxBudget {
  readonly #limits: OutboxLimits;
  /** Bytes that wait. Those that several connections share are counted for each. */
  bytes = 0;
  /** Bytes that one connection's outbox may hold at present. */
  roomBytes: number;

  constructor(limits: OutboxLimits) {
    this.#limits = limits;
    this.roomBytes = limits.outboxBytesMax;
  }

  /** True while connections have only what is guaranteed to each. */
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

export interface OutboxLimits {
  readonly outboxBytesMax: number;
  readonly outboxBytesGuaranteedMax: number;
  readonly outboxBytesTotalMax: number;
}

// A peer may send so many frames of a kind at once, and so many a second in the long run.

/** A token bucket; `refill` is called by the connection's tick, so that no clock is read per frame. */
export class AbuseBudget {
  readonly #burstMax: number;
  readonly #perSecond: number;
  #left: number;

  constructor(burstMax: number, perSecond: number) {
    this.#burstMax = burstMax;
    this.#perSecond = perSecond;
    this.#left = burstMax;
  }

  /** Takes `cost`; false when the budget is spent. */
  take(cost = 1): boolean {
    if (this.#left <= 0) return false;
    this.#left -= cost;
    return true;
  }

  refill(elapsedMs: number): void {
    // Whole numbers, as ticks come about once a second: a fraction would cost an object per budget.
    this.#left = Math.min(this.#burstMax, this.#left + Math.floor((elapsedMs * this.#perSecond) / 1000));
  }
}

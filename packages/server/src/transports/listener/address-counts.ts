// How many of something each address has, up to a number. Addresses without any are forgotten.

export class AddressCounts {
  readonly #max: number;
  readonly #counts = new Map<string, number>();

  constructor(max: number) {
    this.#max = max;
  }

  /** Counts one more; false, with nothing counted, when the address has as many as it may. */
  take(address: string): boolean {
    const count = this.#counts.get(address) ?? 0;
    if (count >= this.#max) return false;
    this.#counts.set(address, count + 1);
    return true;
  }

  /** How many the address has. */
  of(address: string): number {
    return this.#counts.get(address) ?? 0;
  }

  give(address: string): void {
    const count = this.#counts.get(address) ?? 0;
    if (count <= 1) this.#counts.delete(address);
    else this.#counts.set(address, count - 1);
  }

  /** Addresses that have any. */
  get size(): number {
    return this.#counts.size;
  }
}

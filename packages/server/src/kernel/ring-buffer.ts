// A double-ended ring in one array: pushed at the back, shifted at the front, read by index, all in constant time.

const CAPACITY_MIN = 4;
const NO_SLOTS: never[] = [];

/** A growable first-in-first-out ring. Takes no array while it was never pushed to, and keeps no reference to what left it. */
export class RingBuffer<T> {
  #slots: (T | undefined)[] = NO_SLOTS;
  #start = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Slots taken from memory; a power of two, or 0. */
  get capacity(): number {
    return this.#slots.length;
  }

  push(value: T): void {
    if (this.#length === this.#slots.length) this.#resize(Math.max(CAPACITY_MIN, this.#length * 2));
    this.#slots[(this.#start + this.#length) & (this.#slots.length - 1)] = value;
    this.#length += 1;
  }

  /** Removes and returns the oldest; undefined when there is none. */
  shift(): T | undefined {
    if (this.#length === 0) return undefined;
    const value = this.#slots[this.#start];
    this.#slots[this.#start] = undefined;
    this.#start = (this.#start + 1) & (this.#slots.length - 1);
    this.#length -= 1;
    // A quarter, not a half: a ring that swings about one size is not copied each time.
    if (this.#length * 4 <= this.#slots.length && this.#slots.length > CAPACITY_MIN) {
      this.#resize(this.#slots.length / 2);
    }
    return value;
  }

  /** The value `index` places behind the oldest; undefined when there is none. */
  at(index: number): T | undefined {
    if (index < 0 || index >= this.#length) return undefined;
    return this.#slots[(this.#start + index) & (this.#slots.length - 1)];
  }

  first(): T | undefined {
    return this.at(0);
  }

  last(): T | undefined {
    return this.at(this.#length - 1);
  }

  clear(): void {
    this.#slots = NO_SLOTS;
    this.#start = 0;
    this.#length = 0;
  }

  #resize(capacity: number): void {
    const slots = new Array<T | undefined>(capacity).fill(undefined);
    for (let i = 0; i < this.#length; i++) slots[i] = this.at(i);
    this.#slots = slots;
    this.#start = 0;
  }
}

// Reads an input as a row of choices, for targets whose parser takes something other than bytes.

import { latin1 } from "./bytes.js";

/** A cursor over an input. Behind its end there are zeros and empty pieces. */
export class Choices {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get atEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  byte(): number {
    return this.#bytes[this.#at++] ?? 0;
  }

  /** `count` bytes as one big-endian number; at most 6. */
  number(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++) value = value * 256 + this.byte();
    return value;
  }

  /** A piece of at most `bytesMax` bytes, its length in the byte before it. A view. */
  piece(bytesMax = 255): Uint8Array {
    return this.take(Math.min(this.byte(), bytesMax));
  }

  /** The next bytes, at most `bytes` of them. A view. */
  take(bytes: number): Uint8Array {
    const from = Math.min(this.#at, this.#bytes.length);
    const to = Math.min(this.#bytes.length, from + bytes);
    this.#at = to;
    return this.#bytes.subarray(from, to);
  }

  /** What is left. A view. */
  rest(): Uint8Array {
    return this.take(Infinity);
  }

  /** Text up to `end` or to the end of the input, one character for a byte; `end` is passed over. */
  textUntil(end: number): string {
    const from = Math.min(this.#at, this.#bytes.length);
    const found = this.#bytes.indexOf(end, from);
    const to = found < 0 ? this.#bytes.length : found;
    this.#at = to + 1;
    return latin1(this.#bytes.subarray(from, to));
  }
}

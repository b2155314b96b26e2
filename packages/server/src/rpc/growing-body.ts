// A body that comes in pieces, in one buffer: a million pieces of a byte each must not cost more than a megabyte.

const nothing = new Uint8Array(0);

export class GrowingBody {
  #buffer: Uint8Array = nothing;
  #bytes = 0;

  /** Copies `piece` behind what is there. */
  add(piece: Uint8Array): void {
    const wanted = this.#bytes + piece.length;
    if (wanted > this.#buffer.length) {
      // Nearly all bodies come in one piece, and need no room for more.
      const grown = new Uint8Array(this.#bytes === 0 ? wanted : Math.max(wanted, this.#buffer.length * 2));
      grown.set(this.#buffer.subarray(0, this.#bytes));
      this.#buffer = grown;
    }
    this.#buffer.set(piece, this.#bytes);
    this.#bytes = wanted;
  }

  /** All of it; nothing is kept. */
  take(): Uint8Array {
    const body = this.#buffer.subarray(0, this.#bytes);
    this.#buffer = nothing;
    this.#bytes = 0;
    return body;
  }
}

// The payload of a message that is not complete: grows with what really comes, not with what was announced.

/** Counts what all unfinished messages hold; false: there is no room for as many more. */
export interface MessageMemory {
  take(bytes: number): boolean;
  give(bytes: number): void;
}

const FIRST_BYTES = 4096;

export class GatheredMessage {
  readonly #memory: MessageMemory;
  #bytes: Buffer = Buffer.alloc(0);
  #length = 0;

  constructor(memory: MessageMemory) {
    this.#memory = memory;
  }

  get length(): number {
    return this.#length;
  }

  /** Appends `piece`, of a message that is known to become `expectedBytes` long at least. False: no memory; nothing is appended. */
  add(piece: Uint8Array, expectedBytes: number): boolean {
    const needed = this.#length + piece.length;
    if (needed > this.#bytes.length) {
      const room = Math.max(needed, Math.min(expectedBytes, Math.max(FIRST_BYTES, this.#bytes.length * 2)));
      if (!this.#memory.take(room - this.#bytes.length)) return false;
      // Of its own: a piece of Node's pool would keep the pool alive for as long as the peer likes.
      const grown = Buffer.allocUnsafeSlow(room);
      grown.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = grown;
    }
    this.#bytes.set(piece, this.#length);
    this.#length = needed;
    return true;
  }

  /** What has come so far; changes to it stay. */
  view(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Is counted no more. */
  release(): void {
    this.#memory.give(this.#bytes.length);
    this.#bytes = Buffer.alloc(0);
    this.#length = 0;
  }
}

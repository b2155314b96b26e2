// What a subscription brings: items, discontinuities, heartbeats. Names as in Momento's Web SDK.

/** One item of a topic. */
export class TopicItem {
  readonly #value: string | Uint8Array;
  readonly #sequence: number;
  readonly #page: number;
  readonly #tokenId: string | undefined;

  constructor(value: string | Uint8Array, sequence: number, page: number, tokenId?: string) {
    this.#value = value;
    this.#sequence = sequence;
    this.#page = page;
    this.#tokenId = tokenId;
  }

  /** As it was published: a string, or bytes. */
  value(): string | Uint8Array {
    return this.#value;
  }

  /** The value as text; bytes are read as UTF-8, with U+FFFD for what is none. */
  valueString(): string {
    return typeof this.#value === "string" ? this.#value : new TextDecoder().decode(this.#value);
  }

  /** The value as bytes; of text, its UTF-8. */
  valueUint8Array(): Uint8Array {
    return typeof this.#value === "string" ? new TextEncoder().encode(this.#value) : this.#value;
  }

  /** The `token_id` of the token with which it was published, if that had one. */
  tokenId(): string | undefined {
    return this.#tokenId;
  }

  /** Its number in the topic's page: 1, 2, 3 … */
  sequenceNumber(): number {
    return this.#sequence;
  }

  /** The page in which the number counts: another one after the topic's numbering began anew. (Not in Momento's SDK.) */
  sequencePage(): number {
    return this.#page;
  }

  toString(): string {
    return `TopicItem: ${this.valueString().slice(0, 32)}`;
  }
}

/** Items after `lastSequenceNumber()` are lost; it goes on after `newSequenceNumber()`. */
export class TopicDiscontinuity {
  readonly #last: number;
  readonly #next: number;
  readonly #page: number;

  constructor(last: number, next: number, page: number) {
    this.#last = last;
    this.#next = next;
    this.#page = page;
  }

  /** The number of the last item before the gap, in the page before it; 0 when there was none. */
  lastSequenceNumber(): number {
    return this.#last;
  }

  /** The next item is the one after this number. */
  newSequenceNumber(): number {
    return this.#next;
  }

  /** The page in which the items after the gap count. */
  newSequencePage(): number {
    return this.#page;
  }

  toString(): string {
    return `TopicDiscontinuity: ${this.#last} to ${this.#next}`;
  }
}

/** The connection is alive: the server has just answered. */
export class TopicHeartbeat {
  readonly type = "TopicHeartbeat";
}

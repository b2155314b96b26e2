// Strings that many requests bring, decoded once: a fixed-size cache shared by all connections of a process.

import { decodeLiteral } from "./string-literal.js";

export interface InternTableOptions {
  /** Any 32-bit number that peers cannot guess: it decides which literals displace each other. */
  readonly seed: number;
  /** Places, a power of two. Default 1024. */
  readonly slots?: number;
  /** Longer literals are not kept. Default 256. */
  readonly literalBytesMax?: number;
}

/**
 * A direct-mapped cache from the octets of a string literal, as they are on the wire, to its text.
 * A hit neither decodes nor allocates, and connections that hold the same header share one string.
 * What a peer can do is only to displace entries: the octets are always compared in full.
 */
export class InternTable {
  readonly #seed: number;
  readonly #multiplier: number;
  readonly #slotMask: number;
  readonly #literalBytesMax: number;
  readonly #texts: string[];
  // What is kept at each place: hash, (length << 1 | Huffman flag), and the octets. 0 is an empty place.
  readonly #hashes: Int32Array;
  readonly #keys: Int32Array;
  readonly #octets: Uint8Array;

  /** @throws RangeError slots is not a power of two */
  constructor(options: InternTableOptions) {
    const slots = options.slots ?? 1024;
    if (!(slots >= 1) || slots > 2 ** 20 || (slots & (slots - 1)) !== 0) {
      throw new RangeError(`slots is not a power of two: ${slots}`);
    }
    this.#literalBytesMax = options.literalBytesMax ?? 256;
    this.#seed = options.seed | 0;
    // Seeded too, so that no pair of literals collides whatever the seed is.
    this.#multiplier = (Math.imul(this.#seed, 0x9e3779b1) ^ 0x85ebca6b) | 1;
    this.#slotMask = slots - 1;
    this.#texts = new Array<string>(slots).fill("");
    this.#hashes = new Int32Array(slots);
    this.#keys = new Int32Array(slots);
    this.#octets = new Uint8Array(slots * this.#literalBytesMax);
  }

  /**
   * The text of the string literal in `bytes` from `start` to `end` (without its length prefix).
   *
   * @throws HpackError bad Huffman code
   */
  decode(bytes: Uint8Array, start: number, end: number, huffman: boolean): string {
    const length = end - start;
    if (length === 0) return "";
    if (length > this.#literalBytesMax) return decodeLiteral(bytes, start, end, huffman);
    const key = (length << 1) | (huffman ? 1 : 0);
    const hash = this.#hash(bytes, start, end, key);
    const slot = (hash ^ (hash >>> 16)) & this.#slotMask;
    const from = slot * this.#literalBytesMax;
    const octets = this.#octets;
    if (this.#hashes[slot] === hash && this.#keys[slot] === key) {
      let i = 0;
      while (i < length && octets[from + i] === bytes[start + i]) i++;
      if (i === length) return this.#texts[slot] as string;
    }
    const text = decodeLiteral(bytes, start, end, huffman);
    this.#hashes[slot] = hash;
    this.#keys[slot] = key;
    this.#texts[slot] = text;
    for (let i = 0; i < length; i++) octets[from + i] = bytes[start + i] as number;
    return text;
  }

  #hash(bytes: Uint8Array, start: number, end: number, key: number): number {
    const multiplier = this.#multiplier;
    let hash = this.#seed ^ key;
    let at = start;
    for (; at + 4 <= end; at += 4) {
      const word =
        (bytes[at] as number) |
        ((bytes[at + 1] as number) << 8) |
        ((bytes[at + 2] as number) << 16) |
        ((bytes[at + 3] as number) << 24);
      hash = Math.imul(hash ^ word, multiplier);
      hash ^= hash >>> 15;
    }
    for (; at < end; at++) {
      hash = Math.imul(hash ^ (bytes[at] as number), multiplier);
      hash ^= hash >>> 15;
    }
    return hash;
  }
}

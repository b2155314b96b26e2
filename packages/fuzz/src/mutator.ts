// Makes new inputs of old ones: the usual small damages, pieces that mean something, and two inputs put together.

import { toBytes } from "./bytes.js";
import type { Random } from "./random.js";
import type { FuzzTarget } from "./target.js";

const interestingBytes: readonly number[] = [
  0, 1, 2, 9, 10, 13, 16, 32, 37, 63, 64, 100, 127, 128, 192, 254, 255,
];
const interestingNumbers: readonly number[] = [
  0, 1, 127, 128, 255, 256, 1000, 1024, 4096, 16_383, 16_384, 16_385, 32_767, 32_768, 65_535, 65_536,
  0x00ff_ffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff,
];
/** Longest piece that is moved, doubled or removed at once. */
const PIECE_BYTES_MAX = 64;

/** Makes inputs for one target. Every input is a fresh array. */
export class Mutator {
  readonly #target: FuzzTarget;
  readonly #random: Random;
  readonly #words: readonly Uint8Array[];

  constructor(target: FuzzTarget, random: Random) {
    this.#target = target;
    this.#random = random;
    this.#words = (target.dictionary ?? []).map(toBytes).filter((word) => word.length > 0);
  }

  /** A new input, out of `parent` and sometimes of `other`. */
  next(parent: Uint8Array, other: Uint8Array): Uint8Array {
    const random = this.#random;
    const target = this.#target;
    if (target.generate !== undefined && random.oneIn(32)) return this.#cut(target.generate(random));
    let input = random.oneIn(12) ? this.#splice(parent, other) : parent;
    if (target.mutate !== undefined && random.below(2) === 0) {
      input = this.#cut(target.mutate(input, random));
      if (random.below(3) > 0) return input;
    }
    // Mostly few changes: an input that is good for something is soon spoilt.
    let changes = 1;
    while (changes < 32 && random.below(2) === 0) changes++;
    for (let i = 0; i < changes; i++) input = this.#change(input);
    return input;
  }

  #cut(input: Uint8Array): Uint8Array {
    return input.length <= this.#target.inputBytesMax ? input : input.slice(0, this.#target.inputBytesMax);
  }

  #splice(a: Uint8Array, b: Uint8Array): Uint8Array {
    const head = a.subarray(0, this.#random.below(a.length + 1));
    const tail = b.subarray(this.#random.below(b.length + 1));
    return this.#cut(Buffer.concat([head, tail]));
  }

  #change(input: Uint8Array): Uint8Array {
    const random = this.#random;
    if (input.length === 0) return this.#insert(input, 0, this.#newPiece());
    const at = random.below(input.length);
    switch (random.below(12)) {
      case 0:
        return set(input, at, (input[at] as number) ^ (1 << random.below(8)));
      case 1:
        return set(input, at, random.below(256));
      case 2:
        return set(input, at, random.pick(interestingBytes));
      case 3:
        return set(input, at, (input[at] as number) + random.below(33) - 16);
      case 4:
        return this.#setNumber(input, at);
      case 5:
        return remove(input, at, 1 + random.below(random.oneIn(4) ? PIECE_BYTES_MAX : 4));
      case 6:
        return this.#insert(input, at, this.#newPiece());
      case 7:
        return this.#insert(input, random.below(input.length + 1), this.#pieceOf(input));
      case 8:
        return overwrite(input, at, this.#pieceOf(input));
      case 9:
        return this.#repeat(input, at);
      default:
        if (this.#words.length === 0) return set(input, at, random.below(256));
        return random.below(2) === 0
          ? this.#insert(input, random.below(input.length + 1), random.pick(this.#words))
          : overwrite(input, at, random.pick(this.#words));
    }
  }

  #newPiece(): Uint8Array {
    const piece = new Uint8Array(1 + this.#random.below(this.#random.oneIn(8) ? 24 : 4));
    for (let i = 0; i < piece.length; i++) piece[i] = this.#random.below(256);
    return piece;
  }

  #pieceOf(input: Uint8Array): Uint8Array {
    const from = this.#random.below(input.length);
    return input.slice(from, from + 1 + this.#random.below(PIECE_BYTES_MAX));
  }

  #setNumber(input: Uint8Array, at: number): Uint8Array {
    const number = Buffer.alloc(4);
    number.writeUInt32BE(this.#random.pick(interestingNumbers));
    return overwrite(input, at, number.subarray(4 - this.#random.pick([2, 3, 4])));
  }

  /** One byte or a piece many times over: the way to limits. */
  #repeat(input: Uint8Array, at: number): Uint8Array {
    const piece = input.subarray(at, at + this.#random.pick([1, 1, 2, 9, 16]));
    const times = this.#random.oneIn(8) ? 300 : 1 + this.#random.below(40);
    return this.#insert(
      input,
      at,
      Buffer.alloc(Math.min(piece.length * times, this.#target.inputBytesMax), piece),
    );
  }

  #insert(input: Uint8Array, at: number, piece: Uint8Array): Uint8Array {
    return this.#cut(Buffer.concat([input.subarray(0, at), piece, input.subarray(at)]));
  }
}

function set(input: Uint8Array, at: number, byte: number): Uint8Array {
  const copy = new Uint8Array(input);
  copy[at] = byte;
  return copy;
}

function overwrite(input: Uint8Array, at: number, piece: Uint8Array): Uint8Array {
  const copy = new Uint8Array(input);
  copy.set(piece.subarray(0, copy.length - at), at);
  return copy;
}

function remove(input: Uint8Array, at: number, bytes: number): Uint8Array {
  return Buffer.concat([input.subarray(0, at), input.subarray(at + bytes)]);
}

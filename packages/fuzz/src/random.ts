// Random numbers that repeat from their seed (sfc32), and those that belong to an input.

export interface Random {
  /** Any whole number of 32 bits. */
  uint32(): number;
  /** A whole number from 0 to `limit` - 1. */
  below(limit: number): number;
  /** True once in `n` times. */
  oneIn(n: number): boolean;
  /** One of `list`, which is not empty. */
  pick<T>(list: readonly T[]): T;
}

export function createRandom(seed: number): Random {
  let a = 0x9e37_79b9;
  let b = 0x243f_6a88;
  let c = seed | 0;
  let counter = 1;
  const uint32 = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return sum >>> 0;
  };
  // Near seeds begin alike: the first numbers are thrown away.
  for (let i = 0; i < 12; i++) uint32();
  const below = (limit: number): number => Math.floor((uint32() / 0x1_0000_0000) * limit);
  return { uint32, below, oneIn: (n) => below(n) === 0, pick: (list) => list[below(list.length)] as never };
}

/** Random numbers that depend on `input` only: how a target cuts or delays, so that a failure repeats from its input. */
export function randomOf(input: Uint8Array): Random {
  let hash = 0x811c_9dc5 ^ input.length;
  for (let i = 0; i < input.length; i++) hash = Math.imul(hash ^ (input[i] as number), 0x0100_0193);
  return createRandom(hash);
}

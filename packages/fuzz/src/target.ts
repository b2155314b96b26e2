// What a parser brings to be fuzzed: the exported `target` (or `targets`) of a `*.fuzz.ts` file.

import type { Random } from "./random.js";

export interface FuzzTarget {
  /** In kebab-case; also the name of its files in the `fuzz` folder of its package. */
  readonly name: string;
  /** Longer inputs are not made. */
  readonly inputBytesMax: number;
  /** Good inputs and bad ones to start from; a text is its latin1 bytes. */
  readonly seeds: readonly (Uint8Array | string)[];
  /** Pieces that mean something to the parser. */
  readonly dictionary?: readonly (Uint8Array | string)[];
  /** A new input with the structure that the parser wants. */
  generate?(random: Random): Uint8Array;
  /** A change that keeps the structure, beside those that the fuzzer knows. */
  mutate?(input: Uint8Array, random: Random): Uint8Array;
  /**
   * Parses `input` and throws when what comes of it breaks a promise of the parser. That the parser refuses it is none. Must do the
   * same for the same input, and must not keep or change it.
   */
  run(input: Uint8Array): void | Promise<void>;
}

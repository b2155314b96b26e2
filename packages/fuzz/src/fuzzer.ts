// The loop: an input out of those that showed something new, a run, and again. Pure but for the target: the same seed, the same inputs.

import { toBytes } from "./bytes.js";
import type { Coverage } from "./coverage.js";
import { minimize } from "./minimize.js";
import { Mutator } from "./mutator.js";
import { createRandom } from "./random.js";
import type { FuzzTarget } from "./target.js";

export interface FuzzOptions {
  readonly seed: number;
  /** Inputs that were kept before, beside the target's seeds; all of them are run. */
  readonly kept: readonly Uint8Array[];
  /** Asked after every few hundred inputs; false ends the run. */
  readonly goesOn: (executed: number) => boolean;
  /** Hears of every input before it is run, so that one that never ends is known. */
  readonly onInput?: (input: Uint8Array) => void;
}

export interface Finding {
  readonly input: Uint8Array;
  /** The input as it was found. */
  readonly original: Uint8Array;
  readonly error: string;
  /** False when the same input did not fail again: something outlived the run before it. */
  readonly repeats: boolean;
}

export interface FuzzResult {
  readonly executed: number;
  /** Seeds, kept inputs, and those that showed something new. */
  readonly corpus: readonly Uint8Array[];
  /** The run ends with the first. */
  readonly finding?: Finding;
}

/** Inputs between two questions whether to go on. */
const ROUND = 256;
/** Calls that the error of a finding shows. */
const STACK_CALLS = 20;
/** Inputs placed inside of larger memory, since parsers are given views. */
const MARGIN_BYTES = 3;

/** Fuzzes `target` until it is told to end, or until an input fails. */
export async function fuzz(
  target: FuzzTarget,
  coverage: Coverage,
  options: FuzzOptions,
): Promise<FuzzResult> {
  const random = createRandom(options.seed);
  const mutator = new Mutator(target, random);
  const room = new Uint8Array(target.inputBytesMax + 2 * MARGIN_BYTES).fill(0xa5);
  const corpus: Uint8Array[] = [];
  let executed = 0;

  const place = (input: Uint8Array): Uint8Array => {
    room.set(input, MARGIN_BYTES);
    room.fill(0xa5, MARGIN_BYTES + input.length, 2 * MARGIN_BYTES + input.length);
    return room.subarray(MARGIN_BYTES, MARGIN_BYTES + input.length);
  };
  const fails = async (input: Uint8Array): Promise<boolean> => {
    options.onInput?.(input);
    return (await failureOf(target, place(input))) !== undefined;
  };
  const find = async (input: Uint8Array, error: string): Promise<FuzzResult> => {
    const original = Uint8Array.from(input);
    Error.stackTraceLimit = STACK_CALLS;
    const repeats = await fails(original);
    const smallest = repeats ? await minimize(original, fails) : original;
    // What the smallest says, which may be plainer than what was said first.
    const said = (repeats ? await failureOf(target, place(smallest)) : undefined) ?? error;
    return { executed, corpus, finding: { input: smallest, original, error: said, repeats } };
  };

  // Parsers refuse nearly every input with an error, of which nobody reads where it came from.
  Error.stackTraceLimit = 0;
  for (const input of [...target.seeds.map(toBytes), ...options.kept]) {
    options.onInput?.(input);
    coverage.reset();
    const error = await failureOf(target, input.length > target.inputBytesMax ? input : place(input));
    executed++;
    if (error !== undefined) return find(input, error);
    if (coverage.take() > 0) corpus.push(input);
  }
  if (corpus.length === 0) corpus.push(new Uint8Array(0));

  while (options.goesOn(executed)) {
    for (let i = 0; i < ROUND; i++) {
      const input = mutator.next(
        pickParent(corpus, random),
        corpus[random.below(corpus.length)] as Uint8Array,
      );
      options.onInput?.(input);
      executed++;
      try {
        const running = target.run(place(input));
        if (running !== undefined) await running;
      } catch (error) {
        return find(input, toText(error));
      }
      if (coverage.take() > 0) corpus.push(Uint8Array.from(input));
    }
  }
  return { executed, corpus };
}

/** The newest know the way to what is not known yet. */
function pickParent(corpus: readonly Uint8Array[], random: { below(limit: number): number }): Uint8Array {
  const count = corpus.length;
  const newest = Math.min(count, 16 + (count >>> 3));
  const at = random.below(3) === 0 ? count - 1 - random.below(newest) : random.below(count);
  return corpus[at] as Uint8Array;
}

/** What `run` throws for this input, as text; undefined when all is well. */
export async function failureOf(target: FuzzTarget, input: Uint8Array): Promise<string | undefined> {
  try {
    await target.run(input);
    return undefined;
  } catch (error) {
    return toText(error);
  }
}

function toText(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** Bytes of the inputs that `distil` keeps for how often they take branches, beside those for the branches themselves. */
const KEPT_BYTES_MAX = 12 * 1024;

/** Few and short inputs of `corpus` that take every branch it takes, and some that take them oftener. */
export async function distil(
  target: FuzzTarget,
  coverage: Coverage,
  corpus: readonly Uint8Array[],
): Promise<Uint8Array[]> {
  const shortestFirst = [...corpus].sort((a, b) => a.length - b.length || Buffer.compare(a, b));
  const kept = new Set<Uint8Array>();
  coverage.clear();
  const showsNew = async (input: Uint8Array, how: "taken" | "features"): Promise<boolean> => {
    const before = coverage[how];
    coverage.reset();
    await failureOf(target, input);
    coverage.take();
    return coverage[how] > before;
  };
  for (const input of shortestFirst) if (await showsNew(input, "taken")) kept.add(input);
  // From the beginning: those that are not kept do not count.
  coverage.clear();
  for (const input of kept) await showsNew(input, "features");
  let bytes = 0;
  for (const input of shortestFirst) {
    if (kept.has(input) || bytes + input.length > KEPT_BYTES_MAX) continue;
    if (!(await showsNew(input, "features"))) continue;
    kept.add(input);
    bytes += input.length;
  }
  return [...kept];
}

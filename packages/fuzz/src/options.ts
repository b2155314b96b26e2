// The command line of the fuzzer.

import { parseArgs } from "node:util";

export interface Options {
  /** Words of which a target's name contains one; none means all. */
  readonly words: readonly string[];
  readonly inputsMax: number;
  readonly secondsMax: number;
  /** Undefined: a random one, which is printed. */
  readonly seed: number | undefined;
  /** Targets at one time. */
  readonly jobs: number;
  /** Write what is worth keeping into the corpus files. */
  readonly keep: boolean;
  /** The short run of `npm test`. */
  readonly short: boolean;
}

export const usage = `npm run fuzz -- [WORD...] [--inputs N] [--seconds S] [--seed N] [--jobs N] [--keep] [--short]
  WORD       only targets whose name contains one of the words
  --inputs   ends a target after so many inputs (default: no limit)
  --seconds  ends a target after so many seconds (default: 60, without limit when --inputs is given)
  --seed     where the random numbers begin (default: random, and printed)
  --jobs     targets at one time (default: 1)
  --keep     writes the inputs that are worth keeping into the corpus files
  --short    all that was kept, a few inputs from a fixed seed, a second from a random one: what npm test runs`;

/** Throws TypeError for arguments that are none. */
export function parseOptions(args: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      inputs: { type: "string" },
      seconds: { type: "string" },
      seed: { type: "string" },
      jobs: { type: "string" },
      keep: { type: "boolean", default: false },
      short: { type: "boolean", default: false },
    },
  });
  return {
    words: positionals,
    inputsMax: toNumber("inputs", values.inputs) ?? Infinity,
    secondsMax: toNumber("seconds", values.seconds) ?? (values.inputs === undefined ? 60 : Infinity),
    seed: toNumber("seed", values.seed),
    jobs: toNumber("jobs", values.jobs) ?? 1,
    keep: values.keep,
    short: values.short,
  };
}

function toNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,15}$/.test(text)) throw new TypeError(`--${name} takes a whole number`);
  return Number(text);
}

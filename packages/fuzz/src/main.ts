// `npm run fuzz`: fuzzes the targets, tells what came of it, and keeps every finding as a regression case.

import { randomInt } from "node:crypto";
import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, relative } from "node:path";

import type { Finding } from "./fuzzer.js";
import { toLine } from "./inputs-file.js";
import type { Report } from "./job.js";
import { type Options, parseOptions, usage } from "./options.js";
import { runJob } from "./run-job.js";
import { createSharedMemory } from "./shared-input.js";
import { type FoundTarget, listTargets, readInputs } from "./targets.js";

/** Seed and inputs of the part of the short run that is the same every time. */
const SHORT_SEED = 1;
const SHORT_INPUTS = 10_000;
const SHORT_SECONDS_MAX = 30;

interface Round {
  readonly seed: number;
  readonly inputsMax: number;
  readonly secondsMax: number;
}

/** What is done with each target, one after the other. */
function toRounds({ seed, inputsMax, secondsMax, short }: Options): Round[] {
  const random = seed ?? randomInt(2 ** 32);
  if (!short) return [{ seed: random, inputsMax, secondsMax }];
  return [
    { seed: SHORT_SEED, inputsMax: SHORT_INPUTS, secondsMax: SHORT_SECONDS_MAX },
    { seed: random, inputsMax: Infinity, secondsMax: 1 },
  ];
}

/** True when no input failed. */
async function runTarget(found: FoundTarget, round: Round, keep: boolean): Promise<boolean> {
  const { target, url, corpusPath, regressionsPath } = found;
  const kept = [...readInputs(regressionsPath), ...readInputs(corpusPath)];
  const longest = Math.max(target.inputBytesMax, ...kept.map((input) => input.length));
  const shared = createSharedMemory(longest);
  const report = await runJob({ url, name: target.name, ...round, kept, shared, distil: keep });
  console.log(toText(target.name, round.seed, report));
  if (report.finding !== undefined) keepFinding(found, round.seed, report.finding);
  if (report.kept !== undefined) {
    mkdirSync(dirname(corpusPath), { recursive: true });
    writeFileSync(corpusPath, report.kept.map((input) => `${toLine(input)}\n`).join(""));
  }
  return report.finding === undefined;
}

function toText(name: string, seed: number, report: Report): string {
  const { executed, seconds, corpusSize, branchesTaken, branches } = report;
  const speed = Math.round(executed / Math.max(seconds, 0.001));
  return (
    `${name}: ${report.finding === undefined ? "nothing found" : "FAILED"}, seed ${seed}, ${executed} inputs in ` +
    `${seconds.toFixed(1)} s (${speed}/s), branches ${branchesTaken} of ${branches}, corpus ${corpusSize}`
  );
}

function keepFinding({ target, regressionsPath }: FoundTarget, seed: number, finding: Finding): void {
  const line = toLine(finding.input);
  console.error(`\n${target.name} fails for this input of ${finding.input.length} bytes:\n${line}`);
  console.error(finding.error);
  if (!finding.repeats)
    console.error("It did not fail again by itself: what came before it mattered, or it did not end.");
  mkdirSync(dirname(regressionsPath), { recursive: true });
  const what = finding.error.split("\n")[0] ?? "";
  appendFileSync(regressionsPath, `# seed ${seed}: ${what}\n${line}\n`);
  console.error(
    `Kept in ${relative(process.cwd(), regressionsPath)}; to repeat: npm run fuzz -- ${target.name} --inputs 1\n`,
  );
}

async function main(options: Options): Promise<number> {
  const all = await listTargets();
  const { words } = options;
  const chosen = all.filter(
    ({ target }) => words.length === 0 || words.some((word) => target.name.includes(word)),
  );
  if (chosen.length === 0) {
    console.error(`No target matches. There are: ${all.map(({ target }) => target.name).join(", ")}`);
    return 1;
  }
  const rounds = toRounds(options);
  console.log(`seeds: ${rounds.map((round) => round.seed).join(", ")}`);
  const queue = [...chosen];
  let failed = 0;
  const work = async (): Promise<void> => {
    for (let found = queue.shift(); found !== undefined; found = queue.shift())
      for (const round of rounds)
        if (!(await runTarget(found, round, options.keep))) {
          failed++;
          break;
        }
  };
  await Promise.all(Array.from({ length: Math.max(1, options.jobs) }, work));
  console.log(`targets: ${chosen.length - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

try {
  process.exitCode = await main(parseOptions(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof TypeError)) throw error;
  console.error(`${error.message}\n${usage}`);
  process.exitCode = 2;
}

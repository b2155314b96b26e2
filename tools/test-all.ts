// The whole test run (`npm test`): Debian packages, lint, unit tests, a short fuzzing, clients of others against the built server, a small
// bench. `npm test -- lint unit` runs only the phases whose names contain one of the words.

import { readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";

import { type ChildOptions, type ChildResult, createChildRunner } from "./child.js";
import { type DebianPackage, debianPackages, hasProgram, toInstallArgs } from "./debian-packages.js";
import { type Outcome, type Phase, isAllRight, runPhases, toOutcome, toSummary } from "./phases.js";
import { exists, repositoryRoot } from "./repository.js";

const minuteMs = 60_000;
/** Generous: several times what a slow machine takes, so that only what hangs meets them. */
const limitsMs = {
  debian: 15 * minuteMs,
  lint: 10 * minuteMs,
  unit: 15 * minuteMs,
  fuzz: 10 * minuteMs,
  /** For each language; the Node client idles for minutes, others are first downloaded and compiled. */
  conformance: 30 * minuteMs,
  install: 10 * minuteMs,
  bench: 15 * minuteMs,
};

/** The first ones in this order, then what else there is. */
const conformanceOrder = [
  "node",
  "python",
  "go",
  "grpc-go",
  "grpcio",
  "tonic",
  "h2spec",
  "tools",
  "chromium",
  "keys",
  "hostile",
];

/** Data of the tests, and no client. */
const conformanceData = ["vectors"];

const children = createChildRunner();

const inCi = process.env["CI"] === "true";

function run(command: string, args: readonly string[], timeLimitMs: number, env = {}): Promise<ChildResult> {
  const options: ChildOptions = {
    cwd: repositoryRoot,
    env: { ...process.env, ...env },
    timeLimitMs,
    onOutput: (chunk) => void process.stdout.write(chunk),
  };
  return children.run(command, args, options);
}

function runNode(script: string, args: readonly string[], timeLimitMs: number): Promise<ChildResult> {
  return run(process.execPath, [script, ...args], timeLimitMs);
}

function findMissingPackages(): DebianPackage[] {
  return debianPackages.filter((entry) => !entry.isHere());
}

/** Installs what is missing where it may; starts and stops no service. */
async function installDebianPackages(): Promise<Outcome> {
  const names = findMissingPackages().map((entry) => entry.name);
  if (names.length === 0) {
    console.log(`here: ${debianPackages.map((entry) => entry.name).join(", ")}`);
    return { state: "passed" };
  }
  if (process.getuid?.() === 0 && hasProgram("apt-get")) {
    const env = { DEBIAN_FRONTEND: "noninteractive" };
    await run("apt-get", ["update"], limitsMs.debian, env);
    await run("apt-get", toInstallArgs(names), limitsMs.debian, env);
  }
  const missing = findMissingPackages();
  if (missing.length === 0) return { state: "passed" };
  for (const entry of missing) console.log(`missing: ${entry.name}; skipped without it: ${entry.neededFor}`);
  const stillMissing = missing.map((entry) => entry.name);
  console.log(`On Debian: sudo apt-get update && sudo apt-get ${toInstallArgs(stillMissing).join(" ")}`);
  return { state: "skipped", reason: `missing: ${stillMissing.join(", ")}` };
}

async function runBench(): Promise<Outcome> {
  const installed = await run(
    "npm",
    ["ci", "--prefix", "bench", "--no-audit", "--no-fund"],
    limitsMs.install,
  );
  if (installed.exitCode !== 0)
    return { state: "skipped", reason: "the peers of bench/ cannot be installed" };
  return toOutcome(await runNode("bench/run.js", ["--small"], limitsMs.bench));
}

function listConformance(): string[] {
  if (!exists("conformance")) return [];
  const names = readdirSync(join(repositoryRoot, "conformance"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith(".") && entry.name !== "node_modules")
    .map((entry) => entry.name)
    .filter((name) => !conformanceData.includes(name));
  const rank = (name: string) => (conformanceOrder.indexOf(name) + 1 || conformanceOrder.length + 1) - 1;
  return names.sort((a, b) => rank(a) - rank(b) || a.localeCompare(b));
}

function listPhases(): Phase[] {
  const conformance = listConformance().map((name) => ({
    name: `conformance/${name}`,
    what: "a client that is not ours against the built server",
    run: async () => toOutcome(await runNode(`conformance/${name}/run.mjs`, [], limitsMs.conformance)),
  }));
  const bench = { name: "bench", what: "the small bench: every delivery is counted", run: runBench };
  return [
    { name: "debian", what: "the Debian packages that the others need", run: installDebianPackages },
    {
      name: "lint",
      what: "format and lint",
      run: async () => toOutcome(await run("npm", ["run", "--silent", "lint"], limitsMs.lint)),
    },
    {
      name: "unit",
      what: "unit, property, contract and integration tests",
      run: async () => toOutcome(await runNode("tools/dist/test-unit.js", [], limitsMs.unit)),
    },
    {
      name: "fuzz",
      what: "every parser for a second or two, from a fixed and a random seed",
      run: async () => {
        const args = ["--short", "--jobs", String(availableParallelism())];
        return toOutcome(await runNode("packages/fuzz/dist/main.js", args, limitsMs.fuzz));
      },
    },
    ...conformance,
    ...(exists("bench/run.js") ? [bench] : []),
  ];
}

function endOnSignals(): void {
  const exitCodes = { SIGINT: 130, SIGTERM: 143 };
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => {
      console.error(`\n${signal}: ending what was started`);
      void children.end().finally(() => process.exit(exitCodes[signal]));
    });
}

async function main(words: readonly string[]): Promise<number> {
  endOnSignals();
  const phases = listPhases().filter(
    (phase) => words.length === 0 || words.some((word) => phase.name.includes(word)),
  );
  const results = await runPhases(phases, {
    print: (line) => {
      console.log(line);
    },
    now: () => performance.now() / 1000,
    skipsFail: inCi,
  });
  console.log(`\n=== summary\n${toSummary(results).join("\n")}`);
  return isAllRight(results) ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));

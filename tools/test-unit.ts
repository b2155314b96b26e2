// Runs the unit tests of every package and of the tools, compiled before. `npm run test:unit -- hpack --test-name-pattern=x`
// runs those whose path contains "hpack"; what starts with "--" goes to node.

import { spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";

import { exists, listFiles, repositoryRoot } from "./repository.js";

/** Of one test file. None waits for anything but this machine. */
const fileTimeLimitMs = 120_000;

/** What runs for the test at `path`, or undefined when it is no unit test. Starts from the source: old output is never run. */
function toTestProgram(path: string): string | undefined {
  if (/^packages\/[^/]+\/test\/.*\.test\.mjs$/.test(path)) return path;
  if (/^bench\/.*\.test\.js$/.test(path)) return path;
  if (!path.endsWith(".test.ts")) return undefined;
  const compiled = path.replace(/\.ts$/, ".js");
  if (/^packages\/[^/]+\/src\//.test(path)) return compiled.replace("/src/", "/dist/");
  if (/^packages\/[^/]+\/test\//.test(path)) return compiled.replace("/test/", "/dist-test/");
  return path.startsWith("tools/") ? compiled.replace("tools/", "tools/dist/") : undefined;
}

function main(args: readonly string[]): number {
  const filters = args.filter((arg) => !arg.startsWith("--"));
  const nodeOptions = args.filter((arg) => arg.startsWith("--"));
  const programs = listFiles()
    .filter((path) => filters.length === 0 || filters.some((filter) => path.includes(filter)))
    .flatMap((path) => toTestProgram(path) ?? []);
  const missing = programs.filter((path) => !exists(path));
  if (missing.length > 0) {
    console.error(`Not compiled (npm run build):\n${missing.join("\n")}`);
    return 1;
  }
  if (programs.length === 0) {
    console.error("No test file matches.");
    return 1;
  }
  const run = spawnSync(
    process.execPath,
    [
      "--test",
      "--enable-source-maps",
      `--test-concurrency=${availableParallelism()}`,
      `--test-timeout=${fileTimeLimitMs}`,
      "--test-reporter=spec",
      ...nodeOptions,
      ...programs,
    ],
    { cwd: repositoryRoot, stdio: "inherit" },
  );
  if (run.error !== undefined) console.error(run.error.message);
  return run.status ?? 1;
}

process.exitCode = main(process.argv.slice(2));

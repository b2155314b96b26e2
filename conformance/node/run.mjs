// Runs the conformance tests of the published Node client against the built server.
// Exit code: 0 all passed, 77 skipped (the reason is the last line), anything else failed.
// `node run.mjs resume auth` runs only the files whose names hold one of these words.

import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

import { installNodeClient } from "./install.mjs";

const directory = dirname(fileURLToPath(import.meta.url));
/** Time for one file; the keepalive file is the longest by far. */
const fileTimeoutMs = 300_000 + 1_000 * Number(process.env["CONFORMANCE_IDLE_SECONDS"] ?? 200);
/** Files at once. Not the number of processors: they mostly wait, and the longest must not hold up the others. */
const concurrency = 3;

/** The test files to run, the longest first so that the others run beside it. */
function listTestFiles() {
  const words = process.argv.slice(2);
  return readdirSync(directory)
    .filter((name) => name.endsWith(".test.mjs"))
    .filter((name) => words.length === 0 || words.some((word) => name.includes(word)))
    .sort(
      (a, b) => Number(b.startsWith("keepalive")) - Number(a.startsWith("keepalive")) || a.localeCompare(b),
    );
}

installNodeClient("node");
const files = listTestFiles();
if (files.length === 0) {
  console.error(`No test file matches ${process.argv.slice(2).join(" ")}.`);
  process.exit(1);
}
const result = spawnSync(
  process.execPath,
  [
    "--test",
    // The client's TopicClient has no close(): its channels would keep the process waiting after the last test.
    "--test-force-exit",
    `--test-concurrency=${concurrency}`,
    `--test-timeout=${fileTimeoutMs}`,
    "--test-reporter=spec",
    ...files,
  ],
  { cwd: directory, stdio: "inherit" },
);
if (result.error !== undefined) console.error(result.error.message);
process.exit(result.status ?? 1);

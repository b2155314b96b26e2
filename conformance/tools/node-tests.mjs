// What the run.mjs of most folders does: test files by Node's own runner.

import { runCommand } from "./commands.mjs";

/**
 * @typedef {object} NodeTestsOptions
 * @property {number} runTimeoutMs Of all files together.
 * @property {number} testTimeoutMs Of one test.
 * @property {number} [concurrency] Files at once; default: as many as Node wants.
 * @property {string} [namePattern] Only the tests whose names it fits.
 */

/**
 * Runs the files and shows their output. Returns when all have passed; otherwise it ends this process with 1.
 * @param {string} directory the one with the files
 * @param {readonly string[]} files
 * @param {NodeTestsOptions} options
 */
export async function runNodeTests(
  directory,
  files,
  { runTimeoutMs, testTimeoutMs, concurrency, namePattern },
) {
  const result = await runCommand(
    process.execPath,
    [
      "--test",
      // Some clients have no way to be closed: they would keep the process waiting after the last test.
      "--test-force-exit",
      `--test-timeout=${testTimeoutMs}`,
      "--test-reporter=spec",
      ...(concurrency === undefined ? [] : [`--test-concurrency=${concurrency}`]),
      ...(namePattern === undefined ? [] : [`--test-name-pattern=${namePattern}`]),
      ...files,
    ],
    { cwd: directory, timeoutMs: runTimeoutMs },
  );
  if (result.status === 0) return;
  console.error(result.reason);
  process.exit(1);
}

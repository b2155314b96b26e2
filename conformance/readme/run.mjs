// Runs the commands and programs of README.md against the built server.
// Exit code: 0 all passed, 77 some could not run (the reason is the last line), anything else failed. With CI=true a program whose
// language is here must run; one whose language is missing is only named.

import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

import { runCommand, skip } from "../tools/commands.mjs";
import { findMissing } from "./clients.mjs";

const directory = dirname(fileURLToPath(import.meta.url));
const runTimeoutMs = 900_000;
const inCi = process.env["CI"] === "true";

const result = await runCommand(
  process.execPath,
  ["--test", "--test-force-exit", "--test-timeout=600000", "--test-reporter=spec", "readme.test.mjs"],
  { cwd: directory, timeoutMs: runTimeoutMs },
);
if (result.status !== 0) {
  console.error(result.reason);
  process.exit(1);
}

const missing = [];
for (const [language, find] of Object.entries(findMissing)) {
  const absent = await find();
  if (absent !== undefined) missing.push({ language, ...absent });
}
for (const { language, missing: what } of missing)
  console.log(`not run: the README's program for ${language}: ${what}`);
const counted = inCi ? missing.filter(({ hasToolchain }) => hasToolchain) : missing;
if (counted.length > 0)
  skip(`conformance/readme skipped in part: ${counted.map(({ missing: what }) => what).join("; ")}`);
process.exit(0);

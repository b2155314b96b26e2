// Runs what curl, h2load, grpc-js without generated code and bad input see of the built server.
// Exit code: 0 all passed, 77 some could not run (the reason is the last line), anything else failed.
// `node run.mjs curl grpc` runs only the files whose names hold one of these words.

import { readdirSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

import { hasCommand, skip } from "./commands.mjs";
import { installFromLock } from "./install.mjs";
import { runNodeTests } from "./node-tests.mjs";

const directory = dirname(fileURLToPath(import.meta.url));

await installFromLock(directory);
const words = process.argv.slice(2);
const files = readdirSync(directory)
  .filter((name) => name.endsWith(".test.mjs"))
  .filter((name) => words.length === 0 || words.some((word) => name.includes(word)))
  .sort();
if (files.length === 0) {
  console.error(`No test file matches ${words.join(" ")}.`);
  process.exit(1);
}
await runNodeTests(directory, files, { runTimeoutMs: 600_000, testTimeoutMs: 300_000, concurrency: 2 });
const missing = ["curl", "h2load"].filter((command) => !hasCommand(command));
if (missing.length > 0) skip(`conformance/tools skipped in part: ${missing.join(" and ")} missing`);
process.exit(0);

// Runs hostile peers against the built server: raw frames and bytes, one module of attacks/ for each way of being hostile.
// Exit code: 0 all passed, 77 skipped (the reason is the last line), anything else failed.
// `node run.mjs flood hpack` runs only the attacks whose names hold one of these words.

import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

import { runCommand, skip } from "../tools/commands.mjs";

const directory = dirname(fileURLToPath(import.meta.url));
const runTimeoutMs = 600_000;

if (process.platform !== "linux")
  skip("conformance/hostile skipped: memory and descriptors are read in /proc");
const words = process.argv.slice(2);
const result = await runCommand(
  process.execPath,
  [
    "--test",
    "--test-force-exit",
    // The attacks that wait run beside the others.
    "--test-concurrency=2",
    "--test-timeout=300000",
    "--test-reporter=spec",
    ...(words.length === 0 ? [] : [`--test-name-pattern=${words.join("|")}`]),
    "waiting-attacks.test.mjs",
    "attacks.test.mjs",
    "reference.test.mjs",
  ],
  { cwd: directory, timeoutMs: runTimeoutMs },
);
if (result.status !== 0) {
  console.error(result.reason);
  process.exit(1);
}

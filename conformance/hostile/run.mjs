// Runs hostile peers against the built server: raw frames and bytes, one module of attacks/ for each way of being hostile.
// Exit code: 0 all passed, 77 skipped (the reason is the last line), anything else failed.
// `node run.mjs flood hpack` runs only the attacks whose names hold one of these words.

import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

import { skip } from "../tools/commands.mjs";
import { runNodeTests } from "../tools/node-tests.mjs";

const directory = dirname(fileURLToPath(import.meta.url));

if (process.platform !== "linux")
  skip("conformance/hostile skipped: memory and descriptors are read in /proc");
const words = process.argv.slice(2);
await runNodeTests(directory, ["waiting-attacks.test.mjs", "attacks.test.mjs", "reference.test.mjs"], {
  runTimeoutMs: 600_000,
  testTimeoutMs: 300_000,
  // The attacks that wait run beside the others.
  concurrency: 2,
  ...(words.length === 0 ? {} : { namePattern: words.join("|") }),
});
process.exit(0);

// Measures the SDK as a bundler leaves it, and runs it and its README against the built server, and in Chromium.
// Exit code: 0 all passed, 77 skipped (the reason is the last line), anything else failed.

import { hasCommand, runCommand, skip } from "../tools/commands.mjs";
import { installFromLock } from "../tools/install.mjs";

const directory = import.meta.dirname;
const runTimeoutMs = 300_000;

if (!hasCommand("chromium")) skip("conformance/sdk skipped: chromium is missing");
await installFromLock(directory);
const result = await runCommand(
  process.execPath,
  [
    ...[
      "--test",
      "--test-force-exit",
      "--test-timeout=120000",
      "--test-reporter=spec",
      "--test-concurrency=1",
    ],
    ...["size", "topics", "tokens", "faults", "page", "runtimes", "edge", "readme"].map(
      (name) => `${name}.test.mjs`,
    ),
  ],
  { cwd: directory, timeoutMs: runTimeoutMs },
);
if (result.status !== 0) console.error(result.reason);
process.exit(result.status === 0 ? 0 : 1);

// Measures the SDK as a bundler leaves it, and runs it and its README against the built server, and in Chromium.
// Exit code: 0 all passed, 77 skipped (the reason is the last line), anything else failed.

import { hasCommand, skip } from "../tools/commands.mjs";
import { installFromLock } from "../tools/install.mjs";
import { runNodeTests } from "../tools/node-tests.mjs";

const directory = import.meta.dirname;

if (!hasCommand("chromium")) skip("conformance/sdk skipped: chromium is missing");
await installFromLock(directory);
await runNodeTests(
  directory,
  ["size", "topics", "tokens", "faults", "page", "runtimes", "edge", "readme"].map(
    (name) => `${name}.test.mjs`,
  ),
  { runTimeoutMs: 300_000, testTimeoutMs: 120_000, concurrency: 1 },
);
process.exit(0);

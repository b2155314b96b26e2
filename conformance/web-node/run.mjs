// Runs the published Momento client for browsers in Node against the built server: no browser is needed for its code, only for pages.
// Exit code: 0 all passed, 77 skipped (the reason is the last line), anything else failed.

import { runCommand } from "../tools/commands.mjs";
import { installFromLock } from "../tools/install.mjs";

const directory = import.meta.dirname;
const runTimeoutMs = 300_000;

await installFromLock(directory);
const result = await runCommand(
  process.execPath,
  ["--test", "--test-force-exit", "--test-timeout=240000", "--test-reporter=spec", "web-node.test.mjs"],
  { cwd: directory, timeoutMs: runTimeoutMs },
);
if (result.status !== 0) console.error(result.reason);
process.exit(result.status === 0 ? 0 : 1);

// Runs what Chromium sees of the built server: which version of HTTP it speaks, publishing and long polling by fetch() in a page.
// Exit code: 0 all passed, 77 skipped (the reason is the last line), anything else failed.

import { hasCommand, runCommand, skip } from "../tools/commands.mjs";
import { installFromLock } from "../tools/install.mjs";

const directory = import.meta.dirname;
const runTimeoutMs = 300_000;

if (!hasCommand("chromium")) skip("conformance/chromium skipped: chromium is missing");
await installFromLock(directory);
const result = await runCommand(
  process.execPath,
  ["--test", "--test-force-exit", "--test-timeout=240000", "--test-reporter=spec", "chromium.test.mjs"],
  { cwd: directory, timeoutMs: runTimeoutMs },
);
if (result.status !== 0) console.error(result.reason);
process.exit(result.status === 0 ? 0 : 1);

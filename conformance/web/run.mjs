// Runs the published Momento client for browsers, and the browser's own EventSource, in Chromium against the built server.
// Exit code: 0 all passed, 77 skipped (the reason is the last line), anything else failed.

import { hasCommand, runCommand, skip } from "../tools/commands.mjs";
import { installFromLock } from "../tools/install.mjs";

const directory = import.meta.dirname;
const runTimeoutMs = 600_000;

if (!hasCommand("chromium")) skip("conformance/web skipped: chromium is missing");
await installFromLock(directory);
const result = await runCommand(
  process.execPath,
  [
    "--test",
    "--test-force-exit",
    "--test-concurrency=1",
    "--test-timeout=240000",
    "--test-reporter=spec",
    "web.test.mjs",
    "events.test.mjs",
  ],
  { cwd: directory, timeoutMs: runTimeoutMs },
);
if (result.status !== 0) console.error(result.reason);
process.exit(result.status === 0 ? 0 : 1);

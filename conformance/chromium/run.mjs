// Runs pages in Chromium against the built server: which version of HTTP it speaks, long polling by fetch(), and WebSockets.
// Exit code: 0 all passed, 77 skipped (the reason is the last line), anything else failed.

import { readdirSync } from "node:fs";

import { hasCommand, runCommand, skip } from "../tools/commands.mjs";
import { installFromLock } from "../tools/install.mjs";

const directory = import.meta.dirname;
const runTimeoutMs = 600_000;
const tests = readdirSync(directory).filter((name) => name.endsWith(".test.mjs"));

if (!hasCommand("chromium")) skip("conformance/chromium skipped: chromium is missing");
await installFromLock(directory);
const result = await runCommand(
  process.execPath,
  [
    "--test",
    "--test-force-exit",
    "--test-timeout=240000",
    "--test-reporter=spec",
    "--test-concurrency=1",
    ...tests,
  ],
  { cwd: directory, timeoutMs: runTimeoutMs },
);
if (result.status !== 0) console.error(result.reason);
process.exit(result.status === 0 ? 0 : 1);

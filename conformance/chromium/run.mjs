// Runs pages in Chromium against the built server: which version of HTTP it speaks, long polling by fetch(), and WebSockets.
// Exit code: 0 all passed, 77 skipped (the reason is the last line), anything else failed.

import { readdirSync } from "node:fs";

import { hasCommand, skip } from "../tools/commands.mjs";
import { installFromLock } from "../tools/install.mjs";
import { runNodeTests } from "../tools/node-tests.mjs";

const directory = import.meta.dirname;
const tests = readdirSync(directory).filter((name) => name.endsWith(".test.mjs"));

if (!hasCommand("chromium")) skip("conformance/chromium skipped: chromium is missing");
await installFromLock(directory);
await runNodeTests(directory, tests, { runTimeoutMs: 600_000, testTimeoutMs: 240_000, concurrency: 1 });
process.exit(0);

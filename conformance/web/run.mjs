// Runs the published Momento client for browsers, and the browser's own EventSource, in Chromium against the built server.
// Exit code: 0 all passed, 77 skipped (the reason is the last line), anything else failed.

import { hasCommand, skip } from "../tools/commands.mjs";
import { installFromLock } from "../tools/install.mjs";
import { runNodeTests } from "../tools/node-tests.mjs";

const directory = import.meta.dirname;

if (!hasCommand("chromium")) skip("conformance/web skipped: chromium is missing");
await installFromLock(directory);
await runNodeTests(directory, ["web.test.mjs", "events.test.mjs"], {
  runTimeoutMs: 600_000,
  testTimeoutMs: 240_000,
  concurrency: 1,
});
process.exit(0);

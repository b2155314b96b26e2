// Runs the published Momento client for browsers in Node against the built server: no browser is needed for its code, only for pages.
// Exit code: 0 all passed, 77 skipped (the reason is the last line), anything else failed.

import { installFromLock } from "../tools/install.mjs";
import { runNodeTests } from "../tools/node-tests.mjs";

const directory = import.meta.dirname;

await installFromLock(directory);
await runNodeTests(directory, ["web-node.test.mjs"], { runTimeoutMs: 300_000, testTimeoutMs: 240_000 });
process.exit(0);

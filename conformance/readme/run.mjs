// Runs the commands and programs of README.md against the built server.
// Exit code: 0 all passed, 77 some could not run (the reason is the last line), anything else failed. With CI=true a program whose
// language is here must run; one whose language is missing is only named.

import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

import { skip } from "../tools/commands.mjs";
import { runNodeTests } from "../tools/node-tests.mjs";
import { findMissing } from "./clients.mjs";

const directory = dirname(fileURLToPath(import.meta.url));
const inCi = process.env["CI"] === "true";

await runNodeTests(directory, ["readme.test.mjs"], { runTimeoutMs: 900_000, testTimeoutMs: 600_000 });

const missing = [];
for (const [language, find] of Object.entries(findMissing)) {
  const absent = await find();
  if (absent !== undefined) missing.push({ language, ...absent });
}
for (const { language, missing: what } of missing)
  console.log(`not run: the README's program for ${language}: ${what}`);
const counted = inCi ? missing.filter(({ hasToolchain }) => hasToolchain) : missing;
if (counted.length > 0)
  skip(`conformance/readme skipped in part: ${counted.map(({ missing: what }) => what).join("; ")}`);
process.exit(0);

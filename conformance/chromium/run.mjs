// Runs pages in headless Chromium against the built server.
// Exit code: 0 all passed, 77 skipped (the reason is the last line), anything else failed.

import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { runCommand, skip } from "../tools/commands.mjs";
import { programPath } from "./program.mjs";

const directory = dirname(fileURLToPath(import.meta.url));
const installedMark = join(directory, "node_modules", ".installed-from-lock");
const runTimeoutMs = 300_000;

if (!existsSync(programPath)) skip("conformance/chromium skipped: chromium is missing");
const lockHash = createHash("sha256")
  .update(readFileSync(join(directory, "package-lock.json")))
  .digest("hex");
if (!existsSync(installedMark) || readFileSync(installedMark, "utf8") !== lockHash) {
  const installed = await runCommand("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], {
    cwd: directory,
  });
  if (installed.status !== 0)
    skip(`conformance/chromium skipped: the packages cannot be installed (${installed.reason})`);
  writeFileSync(installedMark, lockHash);
}
const result = await runCommand(
  process.execPath,
  ["--test", "--test-force-exit", "--test-timeout=120000", "--test-reporter=spec", "chromium.test.mjs"],
  { cwd: directory, timeoutMs: runTimeoutMs },
);
if (result.status !== 0) {
  console.error(result.reason);
  process.exit(1);
}

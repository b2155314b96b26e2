// Installs the npm packages of a conformance folder, exactly as its lock file says.

import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";

import { runCommand, skip } from "./commands.mjs";

/**
 * Does nothing when that was done before; ends this process as skipped when it is not possible.
 * @param {string} directory the one with the lock file
 */
export async function installFromLock(directory) {
  const installedMark = join(directory, "node_modules", ".installed-from-lock");
  const lockHash = createHash("sha256")
    .update(readFileSync(join(directory, "package-lock.json")))
    .digest("hex");
  if (existsSync(installedMark) && readFileSync(installedMark, "utf8") === lockHash) return;
  const result = await runCommand("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], {
    cwd: directory,
  });
  if (result.status !== 0)
    skip(`conformance/${basename(directory)} skipped: the packages cannot be installed (${result.reason})`);
  writeFileSync(installedMark, lockHash);
}

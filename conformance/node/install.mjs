// Installs the published Node client.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const skippedExitCode = 77;
const directory = import.meta.dirname;
const installedMark = join(directory, "node_modules", ".installed-from-lock");

/**
 * Installs exactly what the lock file names, unless that was done before. Where that cannot be, this process ends as skipped.
 * @param {string} folder whose tests want it, for the reason
 */
export function installNodeClient(folder) {
  const lockHash = createHash("sha256")
    .update(readFileSync(join(directory, "package-lock.json")))
    .digest("hex");
  if (existsSync(installedMark) && readFileSync(installedMark, "utf8") === lockHash) return;
  const result = spawnSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], {
    cwd: directory,
    stdio: "inherit",
  });
  if (result.status !== 0) {
    const reason = result.error?.message ?? `npm ci ended with ${result.status ?? result.signal}`;
    console.log(`conformance/${folder} skipped: the Momento client cannot be installed (${reason})`);
    process.exit(skippedExitCode);
  }
  writeFileSync(installedMark, lockHash);
}

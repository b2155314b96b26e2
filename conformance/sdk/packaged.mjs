// Runtimes as they come in npm packages without an install step, which there are for x64 only.

import { existsSync } from "node:fs";
import { join } from "node:path";

/**
 * @param {string} path in node_modules
 * @returns {{ command: string, skip: false | string }} `skip` says why tests cannot run it.
 */
export function findPackaged(path) {
  const command = join(import.meta.dirname, "node_modules", path);
  // Where there is a package, it has to be here.
  const isExpected = existsSync(command) || process.arch === "x64";
  return { command, skip: isExpected ? false : `there is no package of it for ${process.arch}` };
}

// Which programs are installed, and what version they say they are.

import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import process from "node:process";

/** Debian keeps some servers where only root's PATH looks. */
const EXTRA_FOLDERS = ["/usr/sbin", "/usr/local/sbin"];

/** @param {string} name @returns {string | null} the program's path */
export function findTool(name) {
  const folders = [...(process.env.PATH ?? "").split(delimiter), ...EXTRA_FOLDERS];
  for (const folder of folders) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // not in this folder
    }
  }
  return null;
}

/** @param {string} name @returns {string} its path */
export function requireTool(name) {
  const path = findTool(name);
  if (path === null) throw new Error(`${name} is not installed`);
  return path;
}

/**
 * The first thing like 1.2.3 in what the program prints for its version, on whichever stream and with whichever exit code.
 * @param {string} command @param {string[]} args
 * @returns {string}
 */
export function readVersion(command, args) {
  const { stdout, stderr } = spawnSync(command, args, { encoding: "utf8" });
  const text = `${stdout ?? ""}${stderr ?? ""}`;
  return /\d+\.\d+[.\d]*/.exec(text)?.[0] ?? "unknown";
}

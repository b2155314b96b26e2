// What a result must say of where it was measured.

import { execFileSync } from "node:child_process";
import os from "node:os";
import process from "node:process";
import { fileURLToPath } from "node:url";

const HERE = fileURLToPath(new URL("..", import.meta.url));

/** @param {string[]} args @returns {string | null} */
function git(args) {
  try {
    return execFileSync("git", args, {
      cwd: HERE,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  } catch {
    return null;
  }
}

/** @returns {{ commit: string, changed: boolean }} `changed`: the tree differs from that commit */
export function readCommit() {
  const commit = git(["rev-parse", "--short=10", "HEAD"]);
  const status = git(["status", "--porcelain"]);
  return { commit: commit ?? "unknown", changed: status === null || status !== "" };
}

/** @returns {{ cpu: string, cores: number, memoryMb: number, kernel: string, node: string }} */
export function readMachine() {
  return {
    cpu: os.cpus()[0]?.model.trim() ?? "unknown",
    cores: os.availableParallelism(),
    memoryMb: Math.round(os.totalmem() / 2 ** 20),
    kernel: `${os.type()} ${os.release()}`,
    node: process.version,
  };
}

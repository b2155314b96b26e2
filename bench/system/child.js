// Child processes: started with captured output, waited for by a line, and never left behind.

import { spawn } from "node:child_process";
import process from "node:process";

/** @typedef {import("node:child_process").ChildProcess} ChildProcess */

const TERM_GRACE_MS = 3_000;
const OUTPUT_KEPT_CHARS = 20_000;

/** @type {Set<ChildProcess>} */
const running = new Set();

/** @type {WeakMap<ChildProcess, { stdout: string, stderr: string }>} */
const outputs = new WeakMap();

process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});
for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM"])) process.on(signal, () => process.exit(1));

/**
 * Sees to it that the child ends with this process.
 * @template {ChildProcess} C
 * @param {C} child
 * @returns {C}
 */
export function trackChild(child) {
  running.add(child);
  child.once("exit", () => running.delete(child));
  return child;
}

/**
 * @param {string} command @param {string[]} args
 * @returns {ChildProcess}
 */
export function startChild(command, args) {
  const child = trackChild(spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] }));
  const output = { stdout: "", stderr: "" };
  outputs.set(child, output);
  for (const name of /** @type {const} */ (["stdout", "stderr"])) {
    child[name]?.setEncoding("utf8");
    child[name]?.on("data", (/** @type {string} */ text) => {
      output[name] = (output[name] + text).slice(-OUTPUT_KEPT_CHARS);
    });
  }
  child.on("error", (error) => (output.stderr += error.message));
  return child;
}

/** @param {ChildProcess} child @returns {string} what it has printed on both streams */
export function outputOf(child) {
  const output = outputs.get(child);
  return output === undefined ? "" : output.stdout + output.stderr;
}

/**
 * Polls until `probe` gives something other than null.
 * @template T
 * @param {ChildProcess} child
 * @param {(output: string) => T | null | Promise<T | null>} probe
 * @param {number} [timeoutMs]
 * @returns {Promise<T>}
 */
export async function waitForChild(child, probe, timeoutMs = 15_000) {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const result = await probe(outputOf(child));
    if (result !== null) return result;
    const ended = child.exitCode !== null || child.pid === undefined;
    if (ended || performance.now() > deadline) {
      const what = ended ? "ended before it was ready" : "was not ready in time";
      await endProcess(child);
      throw new Error(`${child.spawnfile} ${what}:\n${outputOf(child)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** @param {ChildProcess} child @returns {Promise<string>} its standard output, once it has ended well */
export function waitForExit(child) {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) resolve(outputs.get(child)?.stdout ?? "");
      else reject(new Error(`${child.spawnfile} ended with ${code}:\n${outputOf(child)}`));
    });
  });
}

/** SIGTERM, and SIGKILL when that does not end it. @param {ChildProcess} child @returns {Promise<void>} */
export function endProcess(child) {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null)
    return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill("SIGKILL"), TERM_GRACE_MS);
    child.once("exit", () => {
      clearTimeout(timer);
      resolve();
    });
    child.kill("SIGTERM");
  });
}

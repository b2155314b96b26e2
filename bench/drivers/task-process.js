// Starts a process of the driver that takes one request and gives one answer.

import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { endProcess, trackChild } from "../system/child.js";

/**
 * @param {string} fileName  in this folder
 * @returns {{ pid: number, request: <R, A>(message: R) => Promise<A>, close: () => Promise<void> }}
 */
export function startTaskProcess(fileName) {
  const program = fileURLToPath(new URL(`./${fileName}`, import.meta.url));
  const child = trackChild(fork(program, { serialization: "advanced" }));
  return {
    pid: /** @type {number} */ (child.pid),
    request: (message) =>
      new Promise((resolve, reject) => {
        child.once("message", (answer) => resolve(/** @type {any} */ (answer)));
        child.once("exit", (code) => reject(new Error(`${fileName} ended with ${code} before it answered`)));
        child.send(/** @type {any} */ (message));
      }),
    close: () => endProcess(child),
  };
}

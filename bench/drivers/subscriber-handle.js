// One subscriber process as its parent sees it: a question, an answer.

import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { endProcess, trackChild } from "../system/child.js";

const PROGRAM = fileURLToPath(new URL("./subscriber-process.js", import.meta.url));

/** @typedef {import("./subscriber-process.js").ProcessCounts} ProcessCounts */

/** @typedef {{ resolve: (counts: ProcessCounts) => void, reject: (error: Error) => void }} Waiter */

/**
 * @returns {{ pid: number, ask: (command: string, request: object) => Promise<ProcessCounts>, close: () => Promise<void> }} `ask`
 *   rejects when the process has ended
 */
export function startSubscriberProcess() {
  const child = trackChild(fork(PROGRAM, { serialization: "advanced" }));
  /** @type {Map<number, Waiter>} */
  const waiting = new Map();
  let lastId = 0;

  child.on("message", (/** @type {any} */ reply) => {
    waiting.get(reply.id)?.resolve(reply.counts);
    waiting.delete(reply.id);
  });
  child.on("exit", () => {
    for (const { reject } of waiting.values()) reject(new Error("the subscriber process has ended"));
    waiting.clear();
  });

  return {
    pid: /** @type {number} */ (child.pid),
    ask: (command, request) =>
      new Promise((resolve, reject) => {
        if (!child.connected) return reject(new Error("the subscriber process has ended"));
        const id = ++lastId;
        waiting.set(id, { resolve, reject });
        child.send({ id, command, request });
      }),
    close: () => endProcess(child),
  };
}

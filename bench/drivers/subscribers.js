// Starts and asks the subscriber process.

import { fork } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { endProcess, trackChild } from "../system/child.js";

const PROGRAM = fileURLToPath(new URL("./subscriber-process.js", import.meta.url));
const POLL_MS = 50;
const READY_TIMEOUT_MS = 30_000;

/** @typedef {import("./subscriber-process.js").Counts} Counts */

/**
 * @typedef {object} Subscribers
 * @property {(connections: number, topics: string[]) => Promise<void>} open  more connections, each subscribed to `topics`;
 *   resolves when the server has confirmed all of it
 * @property {(topics: string[]) => Promise<void>} add  more subscriptions on every open connection
 * @property {() => Promise<Counts>} count
 * @property {(delivered: number, quietMs: number) => Promise<Counts>} waitFor  until so many messages are delivered since
 *   the start, or nothing more has come for `quietMs`
 * @property {() => Promise<void>} close
 */

/**
 * @param {import("../peers/peer.js").Target} target @param {number} payloadBytes
 * @returns {Subscribers}
 */
export function startSubscribers(target, payloadBytes) {
  const child = trackChild(fork(PROGRAM, { serialization: "advanced" }));
  /** @type {Map<number, (counts: Counts) => void>} */
  const waiting = new Map();
  let lastId = 0;
  let connections = 0;
  let expectedReady = 0;

  child.on("message", (/** @type {any} */ reply) => {
    waiting.get(reply.id)?.(reply.counts);
    waiting.delete(reply.id);
  });

  /** @param {string} command @param {object} request @returns {Promise<Counts>} */
  const ask = (command, request) =>
    new Promise((resolve, reject) => {
      if (!child.connected) return reject(new Error("the subscriber process has ended"));
      const id = ++lastId;
      waiting.set(id, resolve);
      child.send({ id, command, request });
    });

  const untilReady = async () => {
    const deadline = performance.now() + READY_TIMEOUT_MS;
    for (;;) {
      const counts = await ask("count", {});
      if (counts.errors.length > 0) throw new Error(`subscribing failed: ${counts.errors.join("; ")}`);
      if (counts.ready === expectedReady) return;
      if (performance.now() > deadline)
        throw new Error(`${counts.ready} of ${expectedReady} subscriptions confirmed`);
      await sleep(POLL_MS);
    }
  };

  return {
    open: async (count, topics) => {
      connections += count;
      expectedReady += count * topics.length;
      await ask("open", { target, payloadBytes, connections: count, topics });
      await untilReady();
    },
    add: async (topics) => {
      expectedReady += connections * topics.length;
      await ask("add", { topics });
      await untilReady();
    },
    count: () => ask("count", {}),
    waitFor: async (delivered, quietMs) => {
      let last = -1;
      let lastChange = performance.now();
      for (;;) {
        const counts = await ask("count", {});
        if (counts.delivered >= delivered) return counts;
        if (counts.delivered !== last) lastChange = performance.now();
        if (performance.now() - lastChange > quietMs) return counts;
        last = counts.delivered;
        await sleep(POLL_MS);
      }
    },
    close: () => endProcess(child),
  };
}

// Starts and asks the subscriber processes.

import { setTimeout as sleep } from "node:timers/promises";
import { Histogram } from "./histogram.js";
import { startSubscriberProcess } from "./subscriber-handle.js";

const POLL_MS = 50;
const READY_TIMEOUT_MS = 60_000;

/** @typedef {import("./subscriber-process.js").ProcessCounts} ProcessCounts */

/** @typedef {Omit<ProcessCounts, "latencyCounts"> & { latency: Histogram | null }} Counts  over all processes */

/**
 * @typedef {object} Subscribers
 * @property {number[]} pids
 * @property {(connections: number, topics: string[], options?: { latency?: boolean }) => Promise<void>} open  more
 *   connections, each subscribed to `topics`; resolves when the server has confirmed all of it. With `latency` the messages
 *   must be stamped (publishers/publisher.js), and how late they come is kept.
 * @property {(topics: string[]) => Promise<void>} add  more subscriptions on every open connection
 * @property {() => Promise<Counts>} count
 * @property {() => Promise<void>} forgetLatency  starts the histogram anew, as after warming up
 * @property {(delivered: number, quietMs: number) => Promise<Counts>} waitFor  until so many messages are delivered since
 *   the start, or nothing more has come for `quietMs`
 * @property {() => Promise<void>} close
 */

/** @param {ProcessCounts[]} parts @returns {Counts} */
function mergeCounts(parts) {
  /** @type {Counts} */
  const merged = {
    delivered: 0,
    deliveredMin: Infinity,
    deliveredMax: 0,
    lost: 0,
    ready: 0,
    errors: [...new Set(parts.flatMap(({ errors }) => errors))],
    latency: null,
  };
  for (const part of parts) {
    merged.delivered += part.delivered;
    merged.deliveredMin = Math.min(merged.deliveredMin, part.deliveredMin);
    merged.deliveredMax = Math.max(merged.deliveredMax, part.deliveredMax);
    merged.lost += part.lost;
    merged.ready += part.ready;
    if (part.latencyCounts === null) continue;
    merged.latency ??= new Histogram();
    merged.latency.add(new Histogram(part.latencyCounts));
  }
  return merged;
}

/** @param {number} count @param {number} parts @returns {number[]} as even as it goes, without zeros */
function divide(count, parts) {
  const shares = Array.from({ length: parts }, (_, at) => Math.floor((count + at) / parts));
  return shares.filter((share) => share > 0);
}

/**
 * @param {import("../peers/peer.js").Target} target @param {number} payloadBytes
 * @param {number} [processes]  that share the connections
 * @returns {Subscribers}
 */
export function startSubscribers(target, payloadBytes, processes = 1) {
  const handles = Array.from({ length: processes }, () => startSubscriberProcess());
  let connections = 0;
  let expectedReady = 0;

  /** @param {string} command @param {object} request */
  const askAll = async (command, request) =>
    mergeCounts(await Promise.all(handles.map((handle) => handle.ask(command, request))));

  const untilReady = async () => {
    const deadline = performance.now() + READY_TIMEOUT_MS;
    for (;;) {
      const counts = await askAll("count", {});
      if (counts.errors.length > 0) throw new Error(`subscribing failed: ${counts.errors.join("; ")}`);
      if (counts.ready === expectedReady) return;
      if (performance.now() > deadline)
        throw new Error(`${counts.ready} of ${expectedReady} subscriptions confirmed`);
      await sleep(POLL_MS);
    }
  };

  return {
    pids: handles.map(({ pid }) => pid),
    open: async (count, topics, { latency = false } = {}) => {
      connections += count;
      expectedReady += count * topics.length;
      const request = { target, payloadBytes, topics, latency };
      const shares = divide(count, handles.length);
      await Promise.all(
        shares.map((share, at) => handles[at]?.ask("open", { ...request, connections: share })),
      );
      await untilReady();
    },
    add: async (topics) => {
      expectedReady += connections * topics.length;
      await askAll("add", { topics });
      await untilReady();
    },
    count: () => askAll("count", {}),
    forgetLatency: async () => void (await askAll("forget", {})),
    waitFor: async (delivered, quietMs) => {
      let last = -1;
      let lastChange = performance.now();
      for (;;) {
        const counts = await askAll("count", {});
        if (counts.delivered >= delivered) return counts;
        if (counts.delivered !== last) lastChange = performance.now();
        if (performance.now() - lastChange > quietMs) return counts;
        last = counts.delivered;
        await sleep(POLL_MS);
      }
    },
    close: async () => void (await Promise.all(handles.map((handle) => handle.close()))),
  };
}

// What subscriptions cost the server while nothing is published: resident memory of each, and CPU time in a second.

import { setTimeout as sleep } from "node:timers/promises";
import { startSubscribers } from "../drivers/subscribers.js";
import { median } from "../report/statistics.js";
import { readCpu, readResidentKb, subtractCpu } from "../system/proc.js";
import { TOPIC } from "./sample.js";

/** @typedef {import("./sample.js").Bench} Bench */
/** @typedef {import("./sample.js").Sample} Sample */
/** @typedef {import("../peers/peer.js").Peer} Peer */

const READINGS = 5;
const PAYLOAD_BYTES = 128;

/**
 * @param {number} pid @param {Bench} bench
 * @returns {Promise<{ residentKb: number, cpuMsPerSecond: number }>} the median of several readings; CPU while they were made
 */
async function readSettled(pid, bench) {
  await sleep(bench.settleMs * 2);
  const readings = [];
  const start = performance.now();
  const before = readCpu(pid);
  for (let count = 0; count < READINGS; count++) {
    await sleep(bench.readingIntervalMs);
    readings.push(readResidentKb(pid));
  }
  const { cpuUs } = subtractCpu(before, readCpu(pid));
  return { residentKb: median(readings), cpuMsPerSecond: cpuUs / (performance.now() - start) };
}

/** @param {Peer} peer @param {string} measure @param {number} value @param {Record<string, number>} detail @returns {Sample} */
function toSample(peer, measure, value, detail) {
  return { measure, peer: peer.id, value, deliveredShare: null, note: "", detail };
}

/**
 * Connections with one subscription each, counted from a few that are there already and have loaded the code.
 * @param {Peer} peer
 * @param {{ warmConnections: number, steps: { memory: string, cpu: string | null, connections: number }[] }} size
 *   the measures of each step, steps ascending
 * @param {Bench} bench
 * @returns {Promise<Sample[]>}
 */
export async function measureIdleConnections(peer, size, bench) {
  const server = await peer.start();
  const subscribers = startSubscribers(server.target, PAYLOAD_BYTES);
  try {
    await subscribers.open(size.warmConnections, [TOPIC]);
    const base = await readSettled(server.pid, bench);
    const samples = [];
    let opened = 0;
    for (const { memory, cpu, connections } of size.steps) {
      await subscribers.open(connections - opened, [TOPIC]);
      opened = connections;
      const { residentKb, cpuMsPerSecond } = await readSettled(server.pid, bench);
      const grownKb = residentKb - base.residentKb;
      samples.push(toSample(peer, memory, grownKb / connections, { grownKb, connections }));
      if (cpu !== null) samples.push(toSample(peer, cpu, cpuMsPerSecond, { connections }));
    }
    return samples;
  } finally {
    await subscribers.close();
    await server.stop();
  }
}

/**
 * Further subscriptions, each of a connection's to a topic of its own.
 * @param {Peer} peer @param {{ connections: number, subscriptions: number }} size @param {string} measure
 * @param {Bench} bench
 * @returns {Promise<Sample[]>}
 */
export async function measureFurtherSubscriptions(peer, size, measure, bench) {
  const server = await peer.start();
  const subscribers = startSubscribers(server.target, PAYLOAD_BYTES);
  try {
    await subscribers.open(size.connections, [TOPIC]);
    const base = await readSettled(server.pid, bench);
    const further = size.subscriptions - 1;
    await subscribers.add(Array.from({ length: further }, (_, at) => `${TOPIC}-${at}`));
    const grownKb = (await readSettled(server.pid, bench)).residentKb - base.residentKb;
    const count = size.connections * further;
    return [toSample(peer, measure, grownKb / count, { grownKb, count })];
  } finally {
    await subscribers.close();
    await server.stop();
  }
}

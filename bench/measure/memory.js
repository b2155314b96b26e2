// Resident memory of the server per idle connection, and per further subscription on a connection.

import { setTimeout as sleep } from "node:timers/promises";
import { startSubscribers } from "../drivers/subscribers.js";
import { median } from "../report/statistics.js";
import { readResidentKb } from "../system/proc.js";
import { TOPIC } from "./sample.js";

/** @typedef {import("./sample.js").Bench} Bench */
/** @typedef {import("./sample.js").Sample} Sample */
/** @typedef {import("../peers/peer.js").Peer} Peer */

const READINGS = 5;

/** @param {number} pid @param {Bench} bench @returns {Promise<number>} the median of several readings, KB */
async function readSettledKb(pid, bench) {
  await sleep(bench.settleMs * 2);
  const readings = [];
  for (let count = 0; count < READINGS; count++) {
    readings.push(readResidentKb(pid));
    await sleep(bench.readingIntervalMs);
  }
  return median(readings);
}

/** @param {Peer} peer @param {string} measure @param {number} grownKb @param {number} count @returns {Sample} */
function toSample(peer, measure, grownKb, count) {
  return {
    measure,
    peer: peer.id,
    value: grownKb / count,
    deliveredShare: null,
    note: "",
    detail: { grownKb, count },
  };
}

/**
 * Connections with one subscription each, counted from a few that are there already and have loaded the code.
 * @param {Peer} peer
 * @param {{ warmConnections: number, steps: { measure: string, connections: number }[] }} size  steps ascending
 * @param {Bench} bench
 * @returns {Promise<Sample[]>}
 */
export async function measureConnectionMemory(peer, size, bench) {
  const server = await peer.start();
  const subscribers = startSubscribers(server.target, bench.payload.length);
  try {
    await subscribers.open(size.warmConnections, [TOPIC]);
    const baseKb = await readSettledKb(server.pid, bench);
    const samples = [];
    let opened = 0;
    for (const { measure, connections } of size.steps) {
      await subscribers.open(connections - opened, [TOPIC]);
      opened = connections;
      const grownKb = (await readSettledKb(server.pid, bench)) - baseKb;
      samples.push(toSample(peer, measure, grownKb, connections));
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
export async function measureSubscriptionMemory(peer, size, measure, bench) {
  const server = await peer.start();
  const subscribers = startSubscribers(server.target, bench.payload.length);
  try {
    await subscribers.open(size.connections, [TOPIC]);
    const baseKb = await readSettledKb(server.pid, bench);
    const further = size.subscriptions - 1;
    await subscribers.add(Array.from({ length: further }, (_, at) => `${TOPIC}-${at}`));
    const grownKb = (await readSettledKb(server.pid, bench)) - baseKb;
    return [toSample(peer, measure, grownKb, size.connections * further)];
  } finally {
    await subscribers.close();
    await server.stop();
  }
}

// Server CPU time per delivery: subscribers wait, a publisher sends at a fixed rate, every message must come everywhere.

import { setTimeout as sleep } from "node:timers/promises";
import { publishOpenLoop } from "../drivers/open-loop.js";
import { connectPublisher } from "../drivers/publishers/publisher.js";
import { startSubscribers } from "../drivers/subscribers.js";
import { readCpu, subtractCpu } from "../system/proc.js";
import { TOPIC } from "./sample.js";

/**
 * @typedef {object} FanoutSize
 * @property {number} connections
 * @property {number} streams  subscriptions to the one topic on each connection
 * @property {number} perSecond  messages published
 * @property {number} seconds
 * @property {number} warmSeconds
 */

/** Wall time beyond this share of the publishing time means that the server could not keep up. */
const BEHIND_FACTOR = 1.1;
const BEHIND_ALLOWANCE_MS = 300;

/** A third of the allowed deliveries is for warming up at most. */
const WARM_SHARE = 1 / 3;

/**
 * @param {import("../drivers/subscribers.js").Counts} end @param {number} wallMs @param {number} messages
 * @param {number} publishingMs
 * @returns {string} what a reader of the figure must know
 */
function describe(end, wallMs, messages, publishingMs) {
  const notes = [...end.errors];
  if (end.deliveredMin !== end.deliveredMax) {
    notes.push(`connections received ${end.deliveredMin} to ${end.deliveredMax}`);
  }
  if (wallMs > publishingMs * BEHIND_FACTOR + BEHIND_ALLOWANCE_MS) {
    notes.push(`behind: ${messages} messages took ${(wallMs / 1000).toFixed(1)} s`);
  }
  return notes.join("; ");
}

/**
 * @param {import("../peers/peer.js").Peer} peer @param {FanoutSize} size @param {string} measure
 * @param {import("./sample.js").Bench} bench
 * @returns {Promise<import("./sample.js").Sample[]>}
 */
export async function measureFanout(peer, size, measure, bench) {
  const perMessage = size.connections * size.streams;
  const messagesMax = Math.max(1, Math.floor(peer.fanoutDeliveriesMax / perMessage));
  const messages = Math.min(messagesMax, Math.round(size.perSecond * size.seconds));
  const warmMessages = Math.ceil(Math.min(messagesMax * WARM_SHARE, size.perSecond * size.warmSeconds));

  const server = await peer.start();
  const subscribers = startSubscribers(server.target, bench.payload.length);
  try {
    const topics = Array.from({ length: size.streams }, () => TOPIC);
    await subscribers.open(size.connections, topics);
    const publisher = await connectPublisher(server.target, TOPIC, bench.payload);
    await publishOpenLoop(publisher, size.perSecond, warmMessages);
    const warm = await subscribers.waitFor(warmMessages * perMessage, bench.quietMs);
    await sleep(bench.settleMs);

    const before = readCpu(server.pid);
    const start = performance.now();
    await publishOpenLoop(publisher, size.perSecond, messages);
    const end = await subscribers.waitFor(warm.delivered + messages * perMessage, bench.quietMs);
    const wallMs = performance.now() - start;
    const cpu = subtractCpu(before, readCpu(server.pid));

    const error = publisher.error();
    publisher.close();
    if (error !== null) throw new Error(error);
    const delivered = end.delivered - warm.delivered;
    const note = describe(end, wallMs, messages, (messages / size.perSecond) * 1000);
    return [
      {
        measure,
        peer: peer.id,
        value: delivered === 0 ? null : cpu.cpuUs / delivered,
        deliveredShare: delivered / (messages * perMessage),
        note,
        detail: { ...cpu, messages, delivered, discontinuities: end.lost, wallMs: Math.round(wallMs) },
      },
    ];
  } finally {
    await subscribers.close();
    await server.stop();
  }
}

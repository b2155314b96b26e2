// One stretch of messages at a fixed rate to subscribers that wait: what came, what it cost the server, and whether the driver
// kept up. Every figure about deliveries is made of these.

import { Histogram } from "../drivers/histogram.js";
import { publishOpenLoop } from "../drivers/open-loop.js";
import { DRIVER_BOUND, watchDriver } from "../system/driver-load.js";
import { readCpu, subtractCpu } from "../system/proc.js";
import { joinNotes } from "./sample.js";

/** Wall time beyond this share of the publishing time means that the server could not keep up. */
const BEHIND_FACTOR = 1.1;
const BEHIND_ALLOWANCE_MS = 300;

/**
 * @typedef {object} Session  a server with subscribers and a publisher
 * @property {import("../peers/peer.js").RunningPeer} server
 * @property {import("../drivers/subscribers.js").Subscribers} subscribers
 * @property {import("../drivers/publishers/publisher.js").Publisher} publisher
 * @property {number} perMessage  deliveries that a message makes
 */

/**
 * @typedef {object} DeliveryRun
 * @property {number} delivered
 * @property {number} expected
 * @property {number} cpuUs  of the server
 * @property {Histogram} latency  of this run's deliveries; empty where it was not asked for
 * @property {string} note
 * @property {Record<string, number>} detail
 */

/** @param {import("../drivers/subscribers.js").Counts} end @param {number} perMessage */
function describeLoss(end, perMessage) {
  const uneven = end.deliveredMin !== end.deliveredMax && perMessage > 1;
  return uneven
    ? `connections received ${end.deliveredMin} to ${end.deliveredMax} since they were opened`
    : "";
}

/**
 * @param {Session} session @param {{ perSecond: number, messages: number }} size @param {number} quietMs
 * @returns {Promise<DeliveryRun>}
 */
export async function runDeliveries(session, { perSecond, messages }, quietMs) {
  const { server, subscribers, publisher, perMessage } = session;
  const first = await subscribers.count();
  await subscribers.forgetLatency();
  const endWatch = watchDriver(subscribers.pids);
  const before = readCpu(server.pid);
  const start = performance.now();
  const { lateP99Us, onSchedule } = await publishOpenLoop(publisher, { perSecond, total: messages });
  const expected = messages * perMessage;
  const end = await subscribers.waitFor(first.delivered + expected, quietMs);
  const wallMs = performance.now() - start;
  const cpu = subtractCpu(before, readCpu(server.pid));
  const driver = endWatch();

  const error = publisher.error();
  if (error !== null) throw new Error(error);
  const delivered = end.delivered - first.delivered;
  const publishingMs = (messages / perSecond) * 1000;
  const behind = wallMs > publishingMs * BEHIND_FACTOR + BEHIND_ALLOWANCE_MS;
  return {
    delivered,
    expected,
    cpuUs: cpu.cpuUs,
    latency: end.latency ?? new Histogram(),
    note: joinNotes([
      onSchedule ? driver.note : DRIVER_BOUND,
      ...end.errors,
      delivered === expected ? "" : describeLoss(end, perMessage),
      behind ? `behind: ${(wallMs / publishingMs).toFixed(1)} times the planned time` : "",
    ]),
    detail: {
      ...cpu,
      perSecond,
      messages,
      delivered,
      discontinuities: end.lost - first.lost,
      wallMs: Math.round(wallMs),
      lateP99Us,
      driverBusyShare: driver.busyShare,
    },
  };
}

// Publishing at a fixed rate that does not wait for the server: what is due is sent, however late the answers are.

import { readNowNs } from "../wire/stamp.js";
import { Histogram } from "./histogram.js";
import { sleepUntil } from "./pace.js";

const SECOND_NS = 1e9;

/** The publisher is late by more than this: the driver did not keep its own schedule. */
const LATE_US_MAX = 5_000;

/**
 * @typedef {object} Rate
 * @property {number} perSecond
 * @property {number} total  messages; may be Infinity where a signal ends it
 * @property {AbortSignal} [signal]
 */

/**
 * @typedef {object} Punctuality
 * @property {number} sent
 * @property {number} lateP99Us  how late a message was handed to the socket, 99th percentile
 * @property {boolean} onSchedule
 */

/**
 * A stamped message bears the time at which it was due. What waits here because the driver or a full socket was late counts as
 * latency of the message, and is not left out as it would be with the time of sending.
 * @param {import("./publishers/publisher.js").Publisher} publisher @param {Rate} rate
 * @returns {Promise<Punctuality>} when all are handed to the socket
 */
export async function publishOpenLoop(publisher, { perSecond, total, signal }) {
  const stepNs = SECOND_NS / perSecond;
  const startNs = readNowNs();
  const startMs = performance.now();
  const lateness = new Histogram();
  let sent = 0;
  while (sent < total && signal?.aborted !== true) {
    const elapsedNs = readNowNs() - startNs;
    const due = Math.min(total, Math.floor(elapsedNs / stepNs) + 1);
    if (due > sent) publisher.publish(due - sent, { dueNs: startNs + sent * stepNs, stepNs });
    for (; sent < due; sent++) lateness.record(elapsedNs - sent * stepNs);
    if (sent < total) await sleepUntil(startMs + (sent * stepNs) / 1e6);
  }
  const lateP99Us = lateness.percentileUs(0.99);
  return { sent, lateP99Us, onSchedule: lateP99Us <= LATE_US_MAX };
}

// The highest rate at which a server keeps up: every message arrives, and 99 of 100 within a bound.

import { DRIVER_BOUND } from "../system/driver-load.js";
import { runDeliveries } from "./delivery-run.js";

/** @typedef {import("./delivery-run.js").DeliveryRun} DeliveryRun */

/**
 * @typedef {object} Search
 * @property {number} firstPerSecond  messages
 * @property {number} lastPerSecond  nothing faster is tried
 * @property {number} stepFactor  while it goes up
 * @property {number} halvings  of the last step, in even ratios, once a rate was too high
 * @property {number} seconds  of each try
 * @property {number} p99MsMax
 */

/**
 * @param {DeliveryRun} run @param {Search} search
 * @returns {boolean}
 */
export function keepsUp(run, { p99MsMax }) {
  return run.delivered === run.expected && run.latency.percentileUs(0.99) <= p99MsMax * 1000;
}

/**
 * The search itself, without I/O: asks `holds` of one rate after the other.
 * @param {Search} search @param {(perSecond: number) => Promise<boolean>} holds
 * @returns {Promise<number>} messages in a second; 0 when the first rate was too high already
 */
export async function findHighestRate(search, holds) {
  let good = 0;
  let bad = Infinity;
  for (let next = search.firstPerSecond; next <= search.lastPerSecond; next *= search.stepFactor) {
    if (!(await holds(next))) {
      bad = next;
      break;
    }
    good = next;
  }
  if (good === 0 || bad === Infinity) return good;
  for (let count = 0; count < search.halvings; count++) {
    const middle = Math.sqrt(good * bad);
    if (await holds(middle)) good = middle;
    else bad = middle;
  }
  return good;
}

/**
 * @param {import("./delivery-run.js").Session} session  with latency
 * @param {Search} search @param {number} quietMs
 * @returns {Promise<{ perSecond: number, note: string }>} the note: whether the driver was what gave out
 */
export async function findSaturation(session, search, quietMs) {
  let failedNote = "";
  const perSecond = await findHighestRate(search, async (rate) => {
    // A try that is far too fast leaves a backlog; a second try tells a disturbance from a limit.
    for (let attempt = 0; attempt < 2; attempt++) {
      const messages = Math.max(1, Math.round(rate * search.seconds));
      const run = await runDeliveries(session, { perSecond: rate, messages }, quietMs);
      if (keepsUp(run, search)) return true;
      failedNote = run.note;
      if (run.latency.percentileUs(0.5) > search.p99MsMax * 1000) break;
    }
    return false;
  });
  return { perSecond, note: failedNote.includes(DRIVER_BOUND) ? DRIVER_BOUND : "" };
}

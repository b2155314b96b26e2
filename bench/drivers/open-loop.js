// Publishing at a fixed rate that does not wait for the server: what is due is sent, however late the answers are.

import { setTimeout as sleep } from "node:timers/promises";
import { readNowNs } from "../wire/stamp.js";

const TICK_MS = 1;
const SECOND_NS = 1e9;

/**
 * @param {import("./publishers/publisher.js").Publisher} publisher @param {number} perSecond @param {number} total
 * @returns {Promise<void>} resolves when all `total` are handed to the socket
 */
export async function publishOpenLoop(publisher, perSecond, total) {
  const stepNs = SECOND_NS / perSecond;
  const startNs = readNowNs();
  let sent = 0;
  while (sent < total) {
    const due = Math.min(total, Math.floor((readNowNs() - startNs) / stepNs) + 1);
    if (due > sent) publisher.publish(due - sent, { dueNs: startNs + sent * stepNs, stepNs });
    sent = Math.max(sent, due);
    if (sent < total) await sleep(TICK_MS);
  }
}

// Publishing at a fixed rate that does not wait for the server: what is due is sent, however late the answers are.

import { setTimeout as sleep } from "node:timers/promises";

const TICK_MS = 1;

/**
 * @param {import("./publishers/publisher.js").Publisher} publisher @param {number} perSecond @param {number} total
 * @returns {Promise<void>} resolves when all `total` are handed to the socket
 */
export async function publishOpenLoop(publisher, perSecond, total) {
  const start = performance.now();
  let sent = 0;
  while (sent < total) {
    const due = Math.min(total, Math.floor(((performance.now() - start) / 1000) * perSecond) + 1);
    if (due > sent) publisher.publish(due - sent);
    sent = Math.max(sent, due);
    if (sent < total) await sleep(TICK_MS);
  }
}

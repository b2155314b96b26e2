// Unary Publish calls per second of server CPU time, driven by h2load as fast as the server goes.

import { setTimeout as sleep } from "node:timers/promises";
import { runLoad } from "../drivers/h2load.js";
import { startSubscribers } from "../drivers/subscribers.js";
import { readCpu, subtractCpu } from "../system/proc.js";
import { TOPIC } from "./sample.js";

/**
 * @typedef {object} UnarySize
 * @property {number} subscribers  0 or 1
 * @property {number} warmCalls
 * @property {number} seconds  about how long the measured run shall take
 * @property {number} callsMax
 */

const CALLS_STEP = 100;

/**
 * @param {import("../peers/peer.js").Peer} peer @param {UnarySize} size @param {string} measure
 * @param {import("./sample.js").Bench} bench
 * @returns {Promise<import("./sample.js").Sample[]>}
 */
export async function measureUnary(peer, size, measure, bench) {
  const server = await peer.start();
  const subscribers = size.subscribers === 0 ? null : startSubscribers(server.target, bench.payload.length);
  try {
    await subscribers?.open(size.subscribers, [TOPIC]);
    const warm = await runLoad(server.target, TOPIC, bench.payload, size.warmCalls);
    await subscribers?.waitFor(size.warmCalls * size.subscribers, bench.quietMs);
    await sleep(bench.settleMs);
    const wanted = Math.ceil((warm.callsPerSecond * size.seconds) / CALLS_STEP) * CALLS_STEP;
    const calls = Math.min(size.callsMax, wanted);

    const warmDelivered = (await subscribers?.count())?.delivered ?? 0;
    const before = readCpu(server.pid);
    const load = await runLoad(server.target, TOPIC, bench.payload, calls);
    const expected = calls * size.subscribers;
    const cpu = subtractCpu(before, readCpu(server.pid));
    const end = await subscribers?.waitFor(warmDelivered + expected, bench.quietMs);

    const delivered = (end?.delivered ?? 0) - warmDelivered;
    const cpuSeconds = cpu.cpuUs / 1e6;
    const discontinuities = end?.lost ?? 0;
    const notes = [
      ...(discontinuities > 0 ? [`told of loss ${discontinuities} times`] : []),
      ...(end?.errors ?? []),
    ];
    return [
      {
        measure,
        peer: peer.id,
        value: cpuSeconds === 0 ? null : calls / cpuSeconds,
        deliveredShare: expected === 0 ? null : delivered / expected,
        note: notes.join("; "),
        detail: { ...cpu, calls, callsPerSecond: load.callsPerSecond, delivered, discontinuities },
      },
    ];
  } finally {
    await subscribers?.close();
    await server.stop();
  }
}

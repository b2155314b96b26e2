// Many clients connect and subscribe at once, while one that was there before goes on receiving.

import { setTimeout as sleep } from "node:timers/promises";
import { publishOpenLoop } from "../drivers/open-loop.js";
import { startTaskProcess } from "../drivers/task-process.js";
import { watchDriver } from "../system/driver-load.js";
import { readCpu, subtractCpu } from "../system/proc.js";
import { joinNotes } from "./sample.js";
import { openSession, warmUp } from "./session.js";

/** @typedef {import("./sample.js").Sample} Sample */

const PAYLOAD_BYTES = 128;
const STORM_TOPIC = "storm";

/**
 * @typedef {object} StormSize
 * @property {number} connections
 * @property {number} connectingAtOnce
 * @property {number} messagesPerSecond  to the one that was there before
 * @property {number} timeoutMs
 */

/** @typedef {{ seconds: string, cpu: string, failed: string, witness: string }} StormMeasures */

/**
 * @param {import("../peers/peer.js").Peer} peer @param {StormSize} size @param {StormMeasures} measures
 * @param {import("./sample.js").Bench} bench
 * @returns {Promise<Sample[]>}
 */
export async function measureStorm(peer, size, measures, bench) {
  const server = await peer.start();
  const storm = startTaskProcess("storm-process.js");
  try {
    const shape = { connections: 1, streams: 1, payloadBytes: PAYLOAD_BYTES, latency: true };
    const session = await openSession(server, shape);
    const { subscribers, publisher } = session;
    try {
      const { messagesPerSecond: perSecond, ...request } = size;
      await warmUp(session, { perSecond, messages: perSecond }, bench);
      const first = await subscribers.count();
      await subscribers.forgetLatency();

      const over = new AbortController();
      const publishing = publishOpenLoop(publisher, { perSecond, total: Infinity, signal: over.signal });
      const endWatch = watchDriver([storm.pid]);
      const before = readCpu(server.pid);
      /** @type {import("../drivers/storm-process.js").StormResult} */
      const result = await storm.request({
        ...request,
        target: server.target,
        payloadBytes: PAYLOAD_BYTES,
        topic: STORM_TOPIC,
      });
      const cpu = subtractCpu(before, readCpu(server.pid));
      const driver = endWatch();
      over.abort();
      const { sent } = await publishing;
      const end = await subscribers.waitFor(first.delivered + sent, bench.quietMs);
      await sleep(bench.settleMs);

      const common = { peer: peer.id, deliveredShare: null };
      const note = joinNotes([
        driver.note,
        result.error === "" ? "" : `${result.failed} failed: ${result.error}`,
      ]);
      const detail = {
        ...cpu,
        ...request,
        subscribed: result.subscribed,
        failed: result.failed,
        p99Ms: result.p99Ms,
        driverBusyShare: driver.busyShare,
      };
      const each = cpu.cpuUs / Math.max(1, result.subscribed);
      return [
        { ...common, measure: measures.seconds, value: result.wallMs / 1000, note, detail },
        { ...common, measure: measures.cpu, value: each, note: "", detail },
        { ...common, measure: measures.failed, value: result.failed, note: "", detail },
        {
          ...common,
          measure: measures.witness,
          value: (end.latency?.percentileUs(0.99) ?? 0) / 1000,
          deliveredShare: sent === 0 ? null : (end.delivered - first.delivered) / sent,
          note: joinNotes(end.errors),
          detail: { sent, delivered: end.delivered - first.delivered },
        },
      ];
    } finally {
      await session.close();
    }
  } finally {
    await storm.close();
    await server.stop();
  }
}

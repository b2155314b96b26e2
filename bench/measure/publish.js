// Publishes per second of server CPU time, and how long one takes, with one and with many in flight on one connection.

import { setTimeout as sleep } from "node:timers/promises";
import { publishClosedLoop } from "../drivers/closed-loop.js";
import { connectPublisher } from "../drivers/publishers/publisher.js";
import { watchDriver } from "../system/driver-load.js";
import { readCpu, subtractCpu } from "../system/proc.js";
import { toPayload } from "../wire/pubsub-messages.js";
import { createTopic, toEmptySamples } from "./sample.js";

/** @typedef {import("./sample.js").Sample} Sample */
/** @typedef {{ rate: string, p50: string, p99: string, inFlight: number }} PublishLoad  ids of its measures */

/**
 * @typedef {object} PublishSize
 * @property {number} payloadBytes
 * @property {number} warmCalls
 * @property {number} seconds  about how long each load shall take
 * @property {PublishLoad[]} loads
 */

/**
 * @param {import("../peers/peer.js").Peer} peer @param {import("../peers/peer.js").RunningPeer} server
 * @param {import("../drivers/publishers/publisher.js").Publisher} publisher @param {PublishLoad} load
 * @param {PublishSize} size @param {import("./sample.js").Bench} bench
 * @returns {Promise<Sample[]>}
 */
async function measureLoad(peer, server, publisher, { rate, p50, p99, inFlight }, size, bench) {
  const warm = await publishClosedLoop(publisher, { inFlight, total: size.warmCalls });
  await sleep(bench.settleMs);
  const total = Math.max(inFlight, Math.ceil((size.warmCalls / warm.wallMs) * 1000 * size.seconds));
  const endWatch = watchDriver([]);
  const before = readCpu(server.pid);
  const { latency, wallMs } = await publishClosedLoop(publisher, { inFlight, total });
  const cpu = subtractCpu(before, readCpu(server.pid));
  const { note, busyShare } = endWatch();
  const p50Us = latency.percentileUs(0.5);
  const p99Us = latency.percentileUs(0.99);
  const detail = { ...cpu, calls: total, wallMs, p50Us, p99Us, driverBusyShare: busyShare };
  const common = { peer: peer.id, deliveredShare: null, note, detail };
  return [
    { ...common, measure: rate, value: cpu.cpuUs === 0 ? null : (total * 1e6) / cpu.cpuUs },
    { ...common, measure: p50, value: p50Us },
    { ...common, measure: p99, value: p99Us },
  ];
}

/**
 * @param {import("../peers/peer.js").Peer} peer @param {PublishSize} size @param {import("./sample.js").Bench} bench
 * @returns {Promise<Sample[]>}
 */
export async function measurePublish(peer, size, bench) {
  const server = await peer.start();
  try {
    const payload = toPayload(size.payloadBytes);
    const publisher = await connectPublisher(server.target, createTopic(), payload, { answered: true });
    try {
      const samples = [];
      for (const load of size.loads) {
        if (publisher.onAnswers === null) {
          const measures = [load.rate, load.p50, load.p99];
          samples.push(...toEmptySamples(measures, peer.id, "does not answer a publish"));
        } else {
          samples.push(...(await measureLoad(peer, server, publisher, load, size, bench)));
        }
      }
      return samples;
    } finally {
      publisher.close();
    }
  } finally {
    await server.stop();
  }
}

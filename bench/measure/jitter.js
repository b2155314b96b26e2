// Clients drop and come back all the time while messages flow: how much of it arrives, and how soon what was missed.

import { publishOpenLoop } from "../drivers/open-loop.js";
import { connectPublisher } from "../drivers/publishers/publisher.js";
import { startTaskProcess } from "../drivers/task-process.js";
import { watchDriver } from "../system/driver-load.js";
import { toPayload } from "../wire/pubsub-messages.js";
import { createTopic, joinNotes } from "./sample.js";

/** @typedef {import("./sample.js").Sample} Sample */

/**
 * @typedef {object} JitterSize
 * @property {number} clients
 * @property {number} perSecond  messages
 * @property {number} seconds
 * @property {number} periodMs
 * @property {number} awayMs
 * @property {number} payloadBytes
 */

/**
 * @param {import("../peers/peer.js").Peer} peer @param {JitterSize} size
 * @param {{ delivered: string, replay: string }} measures @param {import("./sample.js").Bench} bench
 * @returns {Promise<Sample[]>}
 */
export async function measureJitter(peer, size, measures, bench) {
  const { perSecond, seconds, ...clients } = size;
  const server = await (peer.startResumable ?? peer.start)();
  const driver = startTaskProcess("jitter/jitter-process.js");
  try {
    const topic = createTopic();
    await driver.request({ ...clients, target: server.target, topic });
    const payload = toPayload(size.payloadBytes);
    const publisher = await connectPublisher(server.target, topic, payload, { stamped: true });
    const endWatch = watchDriver([driver.pid]);
    const published = perSecond * seconds;
    await publishOpenLoop(publisher, { perSecond, total: published });
    const load = endWatch();
    /** @type {import("../drivers/jitter/jitter-process.js").JitterResult} */
    const result = await driver.request({ published, quietMs: bench.quietMs });
    const error = publisher.error();
    publisher.close();
    if (error !== null) throw new Error(error);

    const { errors, ...figures } = result;
    const expected = published * size.clients;
    const note = joinNotes([
      load.note,
      ...errors,
      result.duplicates === 0 ? "" : `${result.duplicates} came twice`,
      result.toldLosses === 0 ? "" : `told of loss ${result.toldLosses} times`,
    ]);
    const detail = { ...figures, expected, published, driverBusyShare: load.busyShare };
    const common = { peer: peer.id, deliveredShare: null, detail };
    const resumes = server.target.resume !== undefined;
    return [
      {
        ...common,
        measure: measures.delivered,
        value: (result.received / expected) * 100,
        deliveredShare: resumes ? result.received / expected : null,
        note,
      },
      {
        ...common,
        measure: measures.replay,
        value: resumes ? result.replayP99Ms : null,
        note: resumes ? "" : "reconnects without recovery",
      },
    ];
  } finally {
    await driver.close();
    await server.stop();
  }
}

// A running server with subscribers that wait and a publisher that is connected.

import { setTimeout as sleep } from "node:timers/promises";
import { connectPublisher } from "../drivers/publishers/publisher.js";
import { startSubscribers } from "../drivers/subscribers.js";
import { toPayload } from "../wire/pubsub-messages.js";
import { runDeliveries } from "./delivery-run.js";
import { createTopic } from "./sample.js";

/** @typedef {import("./delivery-run.js").Session} Session */

/**
 * @typedef {object} Shape
 * @property {number} connections
 * @property {number} streams  subscriptions to the one topic on each connection
 * @property {number} payloadBytes
 * @property {boolean} [latency]  whether the subscribers read the stamps
 */

/**
 * @param {import("../peers/peer.js").RunningPeer} server @param {Shape} shape
 * @returns {Promise<Session & { close: () => Promise<void> }>} `close` leaves the server as it is
 */
export async function openSession(server, { connections, streams, payloadBytes, latency = false }) {
  const topic = createTopic();
  const subscribers = startSubscribers(server.target, payloadBytes);
  try {
    const topics = Array.from({ length: streams }, () => topic);
    await subscribers.open(connections, topics, { latency });
    const publisher = await connectPublisher(server.target, topic, toPayload(payloadBytes), {
      stamped: latency,
    });
    const close = async () => {
      publisher.close();
      await subscribers.close();
    };
    return { server, subscribers, publisher, perMessage: connections * streams, close };
  } catch (error) {
    await subscribers.close();
    throw error;
  }
}

/**
 * Messages that do not count, and a pause.
 * @param {Session} session @param {{ perSecond: number, messages: number }} size @param {import("./sample.js").Bench} bench
 */
export async function warmUp(session, size, bench) {
  await runDeliveries(session, size, bench.quietMs);
  await sleep(bench.settleMs);
}

// Thousands of requests in one write, each for a large answer that is never read: they wait unread, and no longer than any answer may.

import { fillTopic, pollPath } from "../large-topic.mjs";

const polls = `GET ${pollPath} HTTP/1.1\r\nhost: localhost\r\n\r\n`.repeat(2000);

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "",
  does: "sends thousands of requests at once without reading an answer",
  limit: "http1StallTimeoutMs",
  meets: "closed",
  counter: 'subito_http1_errors_total{fault="stalled"}',
  memoryMb: 64,
  waits: true,
  prepare: fillTopic,
  async run(target) {
    const peers = await Promise.all(Array.from({ length: 4 }, () => target.connectHttp1({ reads: false })));
    return Promise.all(
      peers.map(async (peer) => {
        await peer.send(polls);
        await target.nag(peer, Buffer.from("GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n"));
        return target.patiently(peer.ended);
      }),
    );
  },
};

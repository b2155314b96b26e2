// Thousands of requests in one write, each for a large answer: only a few may wait.

import { fillTopic, pollPath } from "../large-topic.mjs";

const polls = `GET ${pollPath} HTTP/1.1\r\nhost: localhost\r\n\r\n`.repeat(2000);

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "",
  does: "sends thousands of requests at once without waiting for an answer",
  limit: "http1PipelinedMax",
  meets: "closed",
  counter: 'subito_http1_errors_total{fault="pipelining"}',
  memoryMb: 128,
  async run(target) {
    await fillTopic(target);
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

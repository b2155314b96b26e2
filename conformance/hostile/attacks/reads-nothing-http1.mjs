// A client of HTTP/1.1 that asks for large answers and never reads its socket.

import { fillTopic, pollPath } from "../large-topic.mjs";

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "CVE-2019-9517",
  does: "asks for large answers over HTTP/1.1 and never reads",
  limit: "http1StallTimeoutMs",
  meets: "closed",
  counter: 'subito_http1_errors_total{fault="stalled"}',
  memoryMb: 64,
  waits: true,
  prepare: fillTopic,
  async run(target) {
    const peers = await Promise.all(Array.from({ length: 20 }, () => target.connectHttp1({ reads: false })));
    return Promise.all(
      peers.map(async (peer) => {
        await peer.send(`GET ${pollPath} HTTP/1.1\r\nhost: localhost\r\n\r\n`.repeat(8));
        // What it writes would count as a sign of life.
        while (
          !peer.isEnded &&
          !(await target.readMetrics()).match(/^subito_http1_errors_total\{fault="stalled"\} [1-9]/m)
        )
          await new Promise((resolve) => setTimeout(resolve, 1_000));
        await target.nag(peer, Buffer.from("GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n"));
        return target.patiently(peer.ended);
      }),
    );
  },
};

// Thousands of requests that are never completed, a thousand on each of twenty connections.

import { Flag, Type, toFrame, toStreamId } from "../wire/frames.mjs";
import { POST, toRequest } from "../wire/hpack.mjs";

const streams = 1000;
const request = toRequest("/topics/default/x", { method: POST });

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "",
  does: "begins twenty thousand requests and completes none",
  limit: "requestTimeoutMs",
  meets: "RST_STREAM CANCEL",
  counter: 'subito_http2_stream_errors_total{fault="request_timeout"}',
  memoryMb: 96,
  waits: true,
  async run(target) {
    const peers = await Promise.all(Array.from({ length: 20 }, () => target.connectHttp2()));
    await Promise.all(
      peers.map((peer) =>
        peer.flood((n) => toFrame(Type.HEADERS, Flag.END_HEADERS, toStreamId(n), request), streams),
      ),
    );
    const ids = Array.from({ length: streams }, (_, n) => toStreamId(n));
    return Promise.all(peers.flatMap((peer) => ids.map((id) => target.patiently(peer.endOf(id)))));
  },
};

// Slowloris on a header block: CONTINUATION a byte at a time, and never its end.

import { Type, toFrame } from "../wire/frames.mjs";
import { toRequest } from "../wire/hpack.mjs";

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "Slowloris",
  does: "sends CONTINUATION a byte at a time",
  limit: "headerBlockTimeoutMs",
  meets: "GOAWAY ENHANCE_YOUR_CALM",
  counter: 'subito_http2_connection_errors_total{fault="header_block_timeout"}',
  memoryMb: 64,
  waits: true,
  async run(target) {
    const peer = await target.connectHttp2();
    await peer.send(toFrame(Type.HEADERS, 0, 1, toRequest("/livez")));
    await target.trickle(peer, toFrame(Type.CONTINUATION, 0, 1, Buffer.alloc(200, 0x82)), 500);
    return [await target.patiently(peer.ended)];
  },
};

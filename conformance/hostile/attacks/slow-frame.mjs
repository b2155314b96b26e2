// Slowloris on a frame: its header and its payload a byte at a time, so that the connection is never silent.

import { COMPLETE, Type, toFrame } from "../wire/frames.mjs";
import { toRequest } from "../wire/hpack.mjs";

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "Slowloris",
  does: "sends HEADERS a byte at a time",
  limit: "headerBlockTimeoutMs",
  meets: "GOAWAY ENHANCE_YOUR_CALM",
  counter: 'subito_http2_connection_errors_total{fault="header_block_timeout"}',
  memoryMb: 64,
  waits: true,
  async run(target) {
    const peer = await target.connectHttp2();
    const fields = /** @type {[string, string][]} */ ([["x-long", "x".repeat(200)]]);
    await target.trickle(peer, toFrame(Type.HEADERS, COMPLETE, 1, toRequest("/livez", { fields })), 500);
    return [await target.patiently(peer.ended)];
  },
};

// A header list of more than 16 KB in a block that can be read.

import { Flag, Type, toFrame } from "../wire/frames.mjs";
import { toRequest } from "../wire/hpack.mjs";

const block = toRequest("/livez", { fields: [["x-large", "x".repeat(30_000)]] });

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "",
  does: "sends a header list of 30 KB",
  limit: "headerListBytesMax",
  meets: "status 431",
  counter: 'subito_http2_stream_errors_total{fault="header_list_too_large"}',
  memoryMb: 64,
  async run(target) {
    const peer = await target.connectHttp2();
    await peer.send(
      toFrame(Type.HEADERS, Flag.END_STREAM, 1, block.subarray(0, 16_000)),
      toFrame(Type.CONTINUATION, Flag.END_HEADERS, 1, block.subarray(16_000)),
    );
    return [await target.patiently(peer.endOf(1))];
  },
};

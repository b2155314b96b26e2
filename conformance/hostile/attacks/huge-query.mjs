// A query of thousands of parameters.

import { Flag, Type, toFrame } from "../wire/frames.mjs";
import { toRequest } from "../wire/hpack.mjs";

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "",
  does: "asks with a query of 20 KB",
  limit: "headerListBytesMax",
  meets: "status 431",
  counter: 'subito_http2_stream_errors_total{fault="header_list_too_large"}',
  memoryMb: 64,
  async run(target) {
    const peer = await target.connectHttp2();
    const block = toRequest(`/topics/default/x?${"a=b&".repeat(5000)}`);
    await peer.send(
      toFrame(Type.HEADERS, Flag.END_STREAM, 1, block.subarray(0, 16_000)),
      toFrame(Type.CONTINUATION, Flag.END_HEADERS, 1, block.subarray(16_000)),
    );
    return [await target.patiently(peer.endOf(1))];
  },
};

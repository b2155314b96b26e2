// Thousands of never-indexed fields of three bytes in one header list.

import { COMPLETE, Type, toFrame, toStreamId } from "../wire/frames.mjs";
import { toNeverIndexed, toRequest } from "../wire/hpack.mjs";

const field = toNeverIndexed("a", "b");
const block = Buffer.concat([toRequest("/livez"), ...new Array(3000).fill(field)]);

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "RFC 7541 7.1.3",
  does: "fills its header lists with thousands of never-indexed fields",
  limit: "headerListBytesMax, resetsBurstMax",
  meets: "GOAWAY ENHANCE_YOUR_CALM",
  counter: 'subito_http2_connection_errors_total{fault="too_many_resets"}',
  memoryMb: 64,
  async run(target) {
    const peer = await target.connectHttp2();
    await peer.flood((n) => toFrame(Type.HEADERS, COMPLETE, toStreamId(n), block));
    return [await target.patiently(peer.ended)];
  },
};

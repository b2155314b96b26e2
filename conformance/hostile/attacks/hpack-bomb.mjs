// HPACK bomb: one entry of 4 KB in the dynamic table, and thousands of references of one byte to it.

import { COMPLETE, Type, toFrame, toStreamId } from "../wire/frames.mjs";
import { NEWEST, toIndexed, toInserted, toRequest } from "../wire/hpack.mjs";

const entry = Buffer.concat([toRequest("/livez"), toInserted("x", "x".repeat(4000))]);
/** 16,000 bytes that stand for 64 MB. */
const bomb = Buffer.concat([toRequest("/livez"), Buffer.alloc(16_000, toIndexed(NEWEST))]);

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "CVE-2016-6581",
  does: "refers thousands of times to one large entry of its table",
  limit: "headerListBytesMax, resetsBurstMax",
  meets: "GOAWAY ENHANCE_YOUR_CALM",
  counter: 'subito_http2_connection_errors_total{fault="too_many_resets"}',
  memoryMb: 64,
  async run(target) {
    const peer = await target.connectHttp2();
    await peer.flood((n) => toFrame(Type.HEADERS, COMPLETE, toStreamId(n), n === 0 ? entry : bomb));
    return [await target.patiently(peer.ended)];
  },
};

// An integer that goes on for thousands of octets.

import { COMPLETE, Type, toFrame } from "../wire/frames.mjs";

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "RFC 7541 5.1",
  does: "writes an integer of thousands of octets",
  limit: "HPACK",
  meets: "GOAWAY COMPRESSION_ERROR",
  counter: 'subito_http2_connection_errors_total{fault="compression"}',
  memoryMb: 64,
  async run(target) {
    return [await target.exchangeHttp2(toFrame(Type.HEADERS, COMPLETE, 1, Buffer.alloc(16_000, 0xff)))];
  },
};

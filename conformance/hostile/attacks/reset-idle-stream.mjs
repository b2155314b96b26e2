// RST_STREAM on an idle stream.

import { Type, toFrame, toUint32 } from "../wire/frames.mjs";

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "RFC 9113 6.4",
  does: "resets a stream that it never opened",
  limit: "stream states",
  meets: "GOAWAY PROTOCOL_ERROR",
  counter: 'subito_http2_connection_errors_total{fault="protocol"}',
  memoryMb: 64,
  async run(target) {
    return [await target.exchangeHttp2(toFrame(Type.RST_STREAM, 0, 1, toUint32(8)))];
  },
};

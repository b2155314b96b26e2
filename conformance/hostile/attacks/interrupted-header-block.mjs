// A frame between HEADERS and CONTINUATION, which would split the state of HPACK.

import { Type, toFrame } from "../wire/frames.mjs";
import { toRequest } from "../wire/hpack.mjs";

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "RFC 9113 6.10",
  does: "sends other frames inside a header block",
  limit: "frame order",
  meets: "GOAWAY PROTOCOL_ERROR",
  counter: 'subito_http2_connection_errors_total{fault="protocol"}',
  memoryMb: 64,
  async run(target) {
    return [
      await target.exchangeHttp2(
        toFrame(Type.HEADERS, 0, 1, toRequest("/livez")),
        toFrame(Type.PING, 0, 0, Buffer.alloc(8)),
      ),
    ];
  },
};

// WINDOW_UPDATE of 0 on the connection.

import { toWindowUpdate } from "../wire/frames.mjs";

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "RFC 9113 6.9",
  does: "widens the connection's window by 0",
  limit: "flow control",
  meets: "GOAWAY PROTOCOL_ERROR",
  counter: 'subito_http2_connection_errors_total{fault="protocol"}',
  memoryMb: 64,
  async run(target) {
    return [await target.exchangeHttp2(toWindowUpdate(0, 0))];
  },
};

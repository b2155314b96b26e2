// A window of the connection that no counter of 31 bits holds.

import { toWindowUpdate } from "../wire/frames.mjs";

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "RFC 9113 6.9.1",
  does: "widens the connection's window above 2^31-1",
  limit: "flow control",
  meets: "GOAWAY FLOW_CONTROL_ERROR",
  counter: 'subito_http2_connection_errors_total{fault="flow_control"}',
  memoryMb: 64,
  async run(target) {
    return [await target.exchangeHttp2(toWindowUpdate(0, 0x7fffffff))];
  },
};

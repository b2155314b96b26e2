// An index beyond all tables.

import { COMPLETE, Type, toFrame } from "../wire/frames.mjs";
import { toIndexed } from "../wire/hpack.mjs";

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "RFC 7541 2.3.3",
  does: "refers to an entry far beyond the tables",
  limit: "HPACK",
  meets: "GOAWAY COMPRESSION_ERROR",
  counter: 'subito_http2_connection_errors_total{fault="compression"}',
  memoryMb: 64,
  async run(target) {
    return [await target.exchangeHttp2(toFrame(Type.HEADERS, COMPLETE, 1, toIndexed(1_000_000_000)))];
  },
};

// A dynamic table larger than SETTINGS_HEADER_TABLE_SIZE.

import { COMPLETE, Type, toFrame } from "../wire/frames.mjs";
import { toRequest, toSizeUpdate } from "../wire/hpack.mjs";

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "RFC 7541 6.3",
  does: "asks for a table of 2 GB",
  limit: "HPACK",
  meets: "GOAWAY COMPRESSION_ERROR",
  counter: 'subito_http2_connection_errors_total{fault="compression"}',
  memoryMb: 64,
  async run(target) {
    return [
      await target.exchangeHttp2(
        toFrame(Type.HEADERS, COMPLETE, 1, Buffer.concat([toSizeUpdate(0x7fffffff), toRequest("/livez")])),
      ),
    ];
  },
};

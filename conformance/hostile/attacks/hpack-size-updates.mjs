// Dynamic table size updates, up and down, thousands in one block.

import { COMPLETE, Type, toFrame } from "../wire/frames.mjs";
import { toRequest, toSizeUpdate } from "../wire/hpack.mjs";

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "RFC 7541 4.2",
  does: "sends thousands of table size updates in one block",
  limit: "HPACK",
  meets: "GOAWAY COMPRESSION_ERROR",
  counter: 'subito_http2_connection_errors_total{fault="compression"}',
  memoryMb: 64,
  async run(target) {
    return [
      await target.exchangeHttp2(
        toFrame(
          Type.HEADERS,
          COMPLETE,
          1,
          Buffer.concat([
            ...new Array(4000).fill([toSizeUpdate(0), toSizeUpdate(4096)]).flat(),
            toRequest("/livez"),
          ]),
        ),
      ),
    ];
  },
};

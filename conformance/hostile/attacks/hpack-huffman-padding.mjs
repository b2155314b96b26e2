// Huffman code that is all padding: 16 bits of ones, which stand for nothing.

import { COMPLETE, Type, toFrame } from "../wire/frames.mjs";
import { toRequest } from "../wire/hpack.mjs";

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "RFC 7541 5.2",
  does: "pads a Huffman string by more than 7 bits",
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
          Buffer.concat([toRequest("/livez"), Buffer.from([0x00, 0x82, 0xff, 0xff, 0x00])]),
        ),
      ),
    ];
  },
};

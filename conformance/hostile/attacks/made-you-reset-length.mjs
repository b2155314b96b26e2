// MadeYouReset: the server is made to reset streams itself, by bodies of another length than declared.

import { Flag, Type, toFrame, toStreamId } from "../wire/frames.mjs";
import { POST, toRequest } from "../wire/hpack.mjs";

const request = toRequest("/livez", { method: POST, fields: [["content-length", "2"]] });

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "CVE-2025-8671",
  does: "declares another length than it sends, so that the server resets the streams",
  limit: "resetsBurstMax, resetsPerSecondMax",
  meets: "GOAWAY ENHANCE_YOUR_CALM",
  counter: 'subito_http2_connection_errors_total{fault="too_many_resets"}',
  memoryMb: 64,
  async run(target) {
    const peer = await target.connectHttp2();
    await peer.flood((n) =>
      Buffer.concat([
        toFrame(Type.HEADERS, Flag.END_HEADERS, toStreamId(n), request),
        toFrame(Type.DATA, Flag.END_STREAM, toStreamId(n), Buffer.alloc(1)),
      ]),
    );
    return [await target.patiently(peer.ended)];
  },
};

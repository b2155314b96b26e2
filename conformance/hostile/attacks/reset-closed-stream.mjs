// RST_STREAM on a stream that is over, which costs its sender nothing.

import { COMPLETE, Type, toFrame, toUint32 } from "../wire/frames.mjs";
import { toRequest } from "../wire/hpack.mjs";

const reset = toFrame(Type.RST_STREAM, 0, 1, toUint32(8));

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "",
  does: "resets a stream again and again that has ended long ago",
  limit: "resetsBurstMax, resetsPerSecondMax",
  meets: "GOAWAY ENHANCE_YOUR_CALM",
  counter: 'subito_http2_connection_errors_total{fault="too_many_resets"}',
  memoryMb: 64,
  async run(target) {
    const peer = await target.connectHttp2();
    await peer.send(toFrame(Type.HEADERS, COMPLETE, 1, toRequest("/livez")));
    await peer.endOf(1);
    await peer.flood(() => reset);
    return [await target.patiently(peer.ended)];
  },
};

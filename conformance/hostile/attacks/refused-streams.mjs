// Streams beyond the 1,000 that may be open: each is refused, and that often only.

import { Flag, Type, toFrame, toStreamId } from "../wire/frames.mjs";
import { POST, toRequest } from "../wire/hpack.mjs";

const request = toRequest("/livez", { method: POST });

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "",
  does: "keeps as many streams open as it may and opens more",
  limit: "concurrentStreamsMax, resetsBurstMax",
  meets: "GOAWAY ENHANCE_YOUR_CALM",
  counter: 'subito_http2_connection_errors_total{fault="too_many_resets"}',
  memoryMb: 64,
  async run(target) {
    const peer = await target.connectHttp2();
    await peer.flood((n) => toFrame(Type.HEADERS, Flag.END_HEADERS, toStreamId(n), request));
    const ending = await target.patiently(peer.ended);
    const refused = [...peer.streams.values()].filter((each) => each === "RST_STREAM REFUSED_STREAM").length;
    return [refused === 0 ? "nothing refused" : ending];
  },
};

// CONTINUATION flood of frames that carry nothing.

import { Type, toFrame } from "../wire/frames.mjs";
import { toRequest } from "../wire/hpack.mjs";

const continuation = toFrame(Type.CONTINUATION, 0, 1);

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "CVE-2024-27316",
  does: "never ends a header block of empty CONTINUATION frames",
  limit: "continuationFramesMax",
  meets: "GOAWAY ENHANCE_YOUR_CALM",
  counter: 'subito_http2_connection_errors_total{fault="header_block_too_large"}',
  memoryMb: 64,
  async run(target) {
    const peer = await target.connectHttp2();
    await peer.send(toFrame(Type.HEADERS, 0, 1, toRequest("/livez")));
    await peer.flood(() => continuation);
    return [await target.patiently(peer.ended)];
  },
};

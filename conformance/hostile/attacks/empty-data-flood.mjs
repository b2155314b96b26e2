// Empty DATA flood: frames that carry nothing and end nothing.

import { Flag, Type, toFrame } from "../wire/frames.mjs";
import { POST, toRequest } from "../wire/hpack.mjs";

const data = toFrame(Type.DATA, 0, 1);

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "CVE-2019-9518",
  does: "sends DATA of no bytes without end",
  limit: "idleFramesBurstMax, idleFramesPerSecondMax",
  meets: "GOAWAY ENHANCE_YOUR_CALM",
  counter: 'subito_http2_connection_errors_total{fault="too_many_empty_frames"}',
  memoryMb: 64,
  async run(target) {
    const peer = await target.connectHttp2();
    await peer.send(toFrame(Type.HEADERS, Flag.END_HEADERS, 1, toRequest("/livez", { method: POST })));
    await peer.flood(() => data);
    return [await target.patiently(peer.ended)];
  },
};

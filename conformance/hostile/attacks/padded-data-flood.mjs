// DATA that holds nothing but its padding: empty DATA in disguise.

import { Flag, Type, toFrame } from "../wire/frames.mjs";
import { POST, toRequest } from "../wire/hpack.mjs";

const data = toFrame(Type.DATA, Flag.PADDED, 1, Buffer.alloc(1));

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "CVE-2019-9518",
  does: "sends DATA that is all padding without end",
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

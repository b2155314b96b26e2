// GOAWAY again and again, on a connection that an open stream keeps.

import { Flag, Type, toFrame } from "../wire/frames.mjs";
import { POST, toRequest } from "../wire/hpack.mjs";

const goaway = toFrame(Type.GOAWAY, 0, 0, Buffer.alloc(8));

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "",
  does: "says without end that it goes away, while it keeps a stream",
  limit: "idleFramesBurstMax, idleFramesPerSecondMax",
  meets: "GOAWAY ENHANCE_YOUR_CALM",
  counter: 'subito_http2_connection_errors_total{fault="too_many_empty_frames"}',
  memoryMb: 64,
  async run(target) {
    const peer = await target.connectHttp2();
    await peer.send(toFrame(Type.HEADERS, Flag.END_HEADERS, 1, toRequest("/livez", { method: POST })));
    await peer.flood(() => goaway);
    return [await target.patiently(peer.ended)];
  },
};

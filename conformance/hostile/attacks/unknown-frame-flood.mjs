// Frames of a type that does not exist, which have to be ignored.

import { Type, toFrame } from "../wire/frames.mjs";

const frame = toFrame(Type.UNKNOWN, 0xff, 0, Buffer.alloc(100));

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "RFC 9113 5.5",
  does: "sends frames of an unknown type without end",
  limit: "idleFramesBurstMax, idleFramesPerSecondMax",
  meets: "GOAWAY ENHANCE_YOUR_CALM",
  counter: 'subito_http2_connection_errors_total{fault="too_many_empty_frames"}',
  memoryMb: 64,
  async run(target) {
    const peer = await target.connectHttp2();
    await peer.flood(() => frame);
    return [await target.patiently(peer.ended)];
  },
};

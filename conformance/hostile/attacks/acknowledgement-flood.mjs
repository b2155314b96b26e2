// Acknowledgements of what the server never sent.

import { Flag, Type, toFrame } from "../wire/frames.mjs";

const acknowledgements = Buffer.concat([
  toFrame(Type.SETTINGS, Flag.ACK, 0),
  toFrame(Type.PING, Flag.ACK, 0, Buffer.alloc(8)),
]);

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "",
  does: "acknowledges SETTINGS and PING that were never sent",
  limit: "idleFramesBurstMax, idleFramesPerSecondMax",
  meets: "GOAWAY ENHANCE_YOUR_CALM",
  counter: 'subito_http2_connection_errors_total{fault="too_many_empty_frames"}',
  memoryMb: 64,
  async run(target) {
    const peer = await target.connectHttp2();
    await peer.flood(() => acknowledgements);
    return [await target.patiently(peer.ended)];
  },
};

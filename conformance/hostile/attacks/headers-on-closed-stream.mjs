// Header blocks on a stream that the server has reset: each must be decoded, and none does anything.

import { COMPLETE, Flag, Type, toFrame, toWindowUpdate } from "../wire/frames.mjs";
import { POST, toRequest } from "../wire/hpack.mjs";

const block = toRequest("/livez", { fields: [["x-large", "x".repeat(8000)]] });
const headers = toFrame(Type.HEADERS, COMPLETE, 1, block);

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "",
  does: "sends header blocks on a stream that the server has reset",
  limit: "idleFramesBurstMax, idleFramesPerSecondMax",
  meets: "GOAWAY ENHANCE_YOUR_CALM",
  counter: 'subito_http2_connection_errors_total{fault="too_many_empty_frames"}',
  memoryMb: 64,
  async run(target) {
    const peer = await target.connectHttp2();
    await peer.send(
      toFrame(Type.HEADERS, Flag.END_HEADERS, 1, toRequest("/livez", { method: POST })),
      toWindowUpdate(1, 0),
    );
    await peer.endOf(1);
    await peer.flood(() => headers);
    return [await target.patiently(peer.ended)];
  },
};

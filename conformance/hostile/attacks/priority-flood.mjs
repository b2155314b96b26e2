// PRIORITY flood: priorities that nobody uses.

import { Type, toFrame, toUint32 } from "../wire/frames.mjs";

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "CVE-2019-9513",
  does: "shuffles priorities without end",
  limit: "idleFramesBurstMax, idleFramesPerSecondMax",
  meets: "GOAWAY ENHANCE_YOUR_CALM",
  counter: 'subito_http2_connection_errors_total{fault="too_many_empty_frames"}',
  memoryMb: 64,
  async run(target) {
    const peer = await target.connectHttp2();
    await peer.flood((n) =>
      toFrame(Type.PRIORITY, 0, 1, Buffer.concat([toUint32(3), Buffer.from([n % 256])])),
    );
    return [await target.patiently(peer.ended)];
  },
};

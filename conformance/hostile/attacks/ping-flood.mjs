// PING flood: each wants an answer.

import { Type, toFrame } from "../wire/frames.mjs";

const ping = toFrame(Type.PING, 0, 0, Buffer.alloc(8));

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "CVE-2019-9512",
  does: "sends PING without end",
  limit: "answersBurstMax, answersPerSecondMax",
  meets: "GOAWAY ENHANCE_YOUR_CALM",
  counter: 'subito_http2_connection_errors_total{fault="too_many_pings_or_settings"}',
  memoryMb: 64,
  async run(target) {
    const peer = await target.connectHttp2();
    await peer.flood(() => ping);
    return [await target.patiently(peer.ended)];
  },
};

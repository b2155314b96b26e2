// SETTINGS that change the window of every open stream: 15 bytes that make the server look at a thousand streams.

import { Flag, Setting, Type, toFrame, toSettings, toStreamId } from "../wire/frames.mjs";
import { POST, toRequest } from "../wire/hpack.mjs";

const request = toRequest("/livez", { method: POST });

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "CVE-2019-9515",
  does: "changes the initial window of a thousand open streams again and again",
  limit: "settingsBurstMax, settingsPerSecondMax",
  meets: "GOAWAY ENHANCE_YOUR_CALM",
  counter: 'subito_http2_connection_errors_total{fault="too_many_pings_or_settings"}',
  memoryMb: 64,
  async run(target) {
    const peer = await target.connectHttp2();
    await peer.flood((n) => toFrame(Type.HEADERS, Flag.END_HEADERS, toStreamId(n), request), 1000);
    await peer.flood((n) => toSettings([[Setting.INITIAL_WINDOW_SIZE, n % 2]]));
    return [await target.patiently(peer.ended)];
  },
};

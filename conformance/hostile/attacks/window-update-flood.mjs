// WINDOW_UPDATE flood: a byte of window at a time, of which nothing is used.

import { toWindowUpdate } from "../wire/frames.mjs";

const update = toWindowUpdate(0, 1);

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "",
  does: "widens the connection's window by 1 without end",
  limit: "windowUpdatesBurstMax, windowUpdatesPerSecondMax",
  meets: "GOAWAY ENHANCE_YOUR_CALM",
  counter: 'subito_http2_connection_errors_total{fault="too_many_window_updates"}',
  memoryMb: 64,
  async run(target) {
    const peer = await target.connectHttp2();
    await peer.flood(() => update);
    return [await target.patiently(peer.ended)];
  },
};

// WINDOW_UPDATE on a stream that is over, which has to be ignored.

import { COMPLETE, Type, toFrame, toWindowUpdate } from "../wire/frames.mjs";
import { toRequest } from "../wire/hpack.mjs";

const update = toWindowUpdate(1, 1);

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "",
  does: "widens the window of a stream that is over",
  limit: "windowUpdatesBurstMax, windowUpdatesPerSecondMax",
  meets: "GOAWAY ENHANCE_YOUR_CALM",
  counter: 'subito_http2_connection_errors_total{fault="too_many_window_updates"}',
  memoryMb: 64,
  async run(target) {
    const peer = await target.connectHttp2();
    await peer.send(toFrame(Type.HEADERS, COMPLETE, 1, toRequest("/livez")));
    await peer.endOf(1);
    await peer.flood(() => update);
    return [await target.patiently(peer.ended)];
  },
};

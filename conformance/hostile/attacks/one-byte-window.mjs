// A reader that opens its windows by one byte at a time, so that a large answer goes out in a million frames.

import { fillTopic, pollPath } from "../large-topic.mjs";
import { COMPLETE, Setting, Type, toFrame, toWindowUpdate } from "../wire/frames.mjs";
import { toRequest } from "../wire/hpack.mjs";

const update = toWindowUpdate(1, 1);

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "CVE-2019-9511",
  does: "opens its windows one byte at a time",
  limit: "windowUpdatesBurstMax, windowUpdatesPerSecondMax",
  meets: "GOAWAY ENHANCE_YOUR_CALM",
  counter: 'subito_http2_connection_errors_total{fault="too_many_window_updates"}',
  memoryMb: 64,
  prepare: fillTopic,
  async run(target) {
    const peer = await target.connectHttp2({ settings: [[Setting.INITIAL_WINDOW_SIZE, 1]] });
    await peer.send(toFrame(Type.HEADERS, COMPLETE, 1, toRequest(pollPath)));
    await peer.flood(() => update);
    return [await target.patiently(peer.ended)];
  },
};

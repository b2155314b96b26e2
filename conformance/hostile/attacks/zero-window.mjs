// Readers whose windows stay shut, with large answers waiting for each.

import { fillTopic, pollPath } from "../large-topic.mjs";
import { COMPLETE, Setting, Type, toFrame, toStreamId } from "../wire/frames.mjs";
import { toRequest } from "../wire/hpack.mjs";

const streams = 50;

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "CVE-2019-9517",
  does: "keeps its windows shut and asks for large answers",
  limit: "stallTimeoutMs",
  meets: "RST_STREAM ENHANCE_YOUR_CALM",
  counter: 'subito_http2_stream_errors_total{fault="stalled"}',
  memoryMb: 160,
  waits: true,
  prepare: fillTopic,
  async run(target) {
    const peer = await target.connectHttp2({ settings: [[Setting.INITIAL_WINDOW_SIZE, 0]] });
    await peer.flood((n) => toFrame(Type.HEADERS, COMPLETE, toStreamId(n), toRequest(pollPath)), streams);
    const ids = Array.from({ length: streams }, (_, n) => toStreamId(n));
    return Promise.all(ids.map((id) => target.patiently(peer.endOf(id))));
  },
};

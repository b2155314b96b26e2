// A client of HTTP/2 that opens all windows, asks for large answers and never reads its socket.

import { fillTopic, pollPath } from "../large-topic.mjs";
import { COMPLETE, Setting, Type, toFrame, toStreamId, toWindowUpdate } from "../wire/frames.mjs";
import { toRequest } from "../wire/hpack.mjs";

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "CVE-2019-9517",
  does: "opens its windows, asks for large answers and never reads",
  limit: "stallTimeoutMs",
  meets: "closed",
  counter: 'subito_http2_connection_errors_total{fault="stalled"}',
  memoryMb: 64,
  waits: true,
  prepare: fillTopic,
  async run(target) {
    const peer = await target.connectHttp2({
      reads: false,
      settings: [[Setting.INITIAL_WINDOW_SIZE, 0x7fffffff]],
    });
    await peer.send(toWindowUpdate(0, 0x7fff0000));
    await peer.flood((n) => toFrame(Type.HEADERS, COMPLETE, toStreamId(n), toRequest(pollPath)), 500);
    await target.nag(peer, toFrame(Type.PING, 0, 0, Buffer.alloc(8)));
    return [await target.patiently(peer.ended)];
  },
};

// The preface, and never the SETTINGS that belong to it, but the beginning of other frames.

import { Setting, preface, toSettings } from "../wire/frames.mjs";

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "Slowloris",
  does: "sends HTTP/2's preface and then its first frame a byte at a time",
  limit: "prefaceTimeoutMs",
  meets: "GOAWAY PROTOCOL_ERROR",
  counter: 'subito_http2_connection_errors_total{fault="preface_timeout"}',
  memoryMb: 64,
  async run(target) {
    const peer = await target.connectHttp2({ greets: false });
    await peer.send(preface);
    await target.trickle(peer, toSettings([[Setting.INITIAL_WINDOW_SIZE, 65_535]]), 500);
    return [await target.patiently(peer.ended)];
  },
};

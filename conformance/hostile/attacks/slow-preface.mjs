// Slowloris on HTTP/2's preface: a byte now and then.

import { preface } from "../wire/frames.mjs";

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "Slowloris",
  does: "sends HTTP/2's preface a byte at a time",
  limit: "prefaceTimeoutMs",
  meets: "closed",
  counter: 'subito_connections_refused_total{reason="preface_timeout"}',
  memoryMb: 64,
  async run(target) {
    const peer = await target.connectHttp2({ greets: false });
    await target.trickle(peer, preface, 500);
    return [await target.patiently(peer.ended)];
  },
};

// A client's frames must be masked, so that no page can write what a proxy takes for HTTP.

import { Opcode, toFrame } from "../wire/websocket-peer.mjs";

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "RFC 6455 5.1",
  does: "sends frames that are not masked",
  limit: "RFC 6455",
  meets: "close 1002, closed",
  counter: 'subito_websocket_faults_total{fault="protocol"}',
  memoryMb: 64,
  async run(target) {
    const peer = await target.connectWebSocket();
    await peer.send(toFrame(Opcode.TEXT, Buffer.from('{"id":1,"type":"ping"}'), { masked: false }));
    return [await target.patiently(peer.ended)];
  },
};

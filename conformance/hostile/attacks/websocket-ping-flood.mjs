// PINGs as fast as they are taken, each of which wants a PONG.

import { Opcode, toFrame } from "../wire/websocket-peer.mjs";

const pings = Buffer.concat(Array.from({ length: 200 }, () => toFrame(Opcode.PING, Buffer.alloc(125))));

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "",
  does: "sends PINGs without end",
  limit: "framesPerSecondMax",
  meets: "close 1008, closed",
  counter: 'subito_websocket_faults_total{fault="too_many_frames"}',
  memoryMb: 64,
  async run(target) {
    const peer = await target.connectWebSocket();
    await peer.flood(pings);
    return [await target.patiently(peer.ended)];
  },
};

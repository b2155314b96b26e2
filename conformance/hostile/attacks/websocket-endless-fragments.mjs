// A message that has no end, in fragments of no bytes: nothing of it is too big.

import { Opcode, toFrame } from "../wire/websocket-peer.mjs";

const nothing = new Uint8Array(0);
const first = toFrame(Opcode.TEXT, nothing, { fin: false });
const fragments = Buffer.concat(
  Array.from({ length: 1000 }, () => toFrame(Opcode.CONTINUATION, nothing, { fin: false })),
);

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "",
  does: "begins a message and goes on with empty fragments",
  limit: "framesPerSecondMax",
  meets: "close 1008, closed",
  counter: 'subito_websocket_faults_total{fault="too_many_frames"}',
  memoryMb: 64,
  async run(target) {
    const peer = await target.connectWebSocket();
    await peer.send(first);
    await peer.flood(fragments);
    return [await target.patiently(peer.ended)];
  },
};

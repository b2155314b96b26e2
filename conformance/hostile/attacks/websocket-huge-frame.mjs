// A frame that announces eight exbibytes, on many sockets: nothing is set aside for what has not come.

import { Opcode, toFrame } from "../wire/websocket-peer.mjs";

/** The largest length that RFC 6455 allows; its last bits are lost in a double. */
const announced = 2 ** 63 - 1024;

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "",
  does: "announces a frame of eight exbibytes",
  limit: "messageBytesMax",
  meets: "close 1009, closed",
  counter: 'subito_websocket_faults_total{fault="message_too_big"}',
  memoryMb: 64,
  async run(target) {
    const peers = await Promise.all(Array.from({ length: 100 }, () => target.connectWebSocket()));
    return Promise.all(
      peers.map(async (peer) => {
        await peer.send(toFrame(Opcode.BINARY, Buffer.alloc(1000), { announced }));
        return target.patiently(peer.ended);
      }),
    );
  },
};

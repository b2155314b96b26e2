// Clients that say the beginning of something and are gone, by a reset.

import { Type, preface, toFrame, toSettings } from "../wire/frames.mjs";
import { SUBSCRIBE, toSubscription } from "../wire/grpc.mjs";
import { toGrpcRequest } from "../wire/hpack.mjs";

const subscribe = Buffer.concat([
  preface,
  toSettings(),
  toFrame(Type.HEADERS, 0x4, 1, toGrpcRequest(SUBSCRIBE)),
  toFrame(Type.DATA, 0x1, 1, toSubscription("abandoned")),
]);
const beginnings = [
  preface.subarray(0, 10),
  preface,
  subscribe.subarray(0, -5),
  subscribe,
  Buffer.from("GET /topics/default/abandoned HTTP/1.1\r\nhost: localhost\r\n\r\n"),
  Buffer.from("POST /topics/default/abandoned HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\nhalf"),
];

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "",
  does: "says the beginning of something and resets the connection",
  limit: "",
  meets: "gone",
  counter: "",
  memoryMb: 64,
  async run(target) {
    for (let round = 0; round < 200; round++) {
      const peers = await Promise.all(beginnings.map(() => target.connectHttp1()));
      await Promise.all(peers.map((peer, at) => peer.send(/** @type {Buffer} */ (beginnings[at]))));
      for (const peer of peers) peer.reset();
    }
    return ["gone"];
  },
};

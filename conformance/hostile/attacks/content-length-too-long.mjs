// A body of HTTP/2 that is shorter than content-length says: a proxy behind it could be made to smuggle.

import { Flag, Type, toFrame } from "../wire/frames.mjs";
import { POST, toRequest } from "../wire/hpack.mjs";

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "RFC 9113 8.1.1",
  does: "declares more than it sends",
  limit: "content-length",
  meets: "RST_STREAM PROTOCOL_ERROR",
  counter: 'subito_http2_stream_errors_total{fault="content_length"}',
  memoryMb: 64,
  async run(target) {
    const peer = await target.connectHttp2();
    const fields = /** @type {[string, string][]} */ ([["content-length", "100"]]);
    await peer.send(
      toFrame(Type.HEADERS, Flag.END_HEADERS, 1, toRequest("/topics/default/x", { method: POST, fields })),
      toFrame(Type.DATA, Flag.END_STREAM, 1, Buffer.from("ten bytes!")),
    );
    return [await target.patiently(peer.endOf(1))];
  },
};

// More DATA than a stream's window has room for.

import { Flag, Type, toFrame } from "../wire/frames.mjs";
import { PUBLISH, toEnvelope } from "../wire/grpc.mjs";
import { toGrpcRequest } from "../wire/hpack.mjs";

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "RFC 9113 6.9.1",
  does: "sends more DATA than the stream's window takes",
  limit: "streamWindowBytes",
  meets: "RST_STREAM FLOW_CONTROL_ERROR",
  counter: 'subito_http2_stream_errors_total{fault="flow_control"}',
  memoryMb: 64,
  async run(target) {
    const peer = await target.connectHttp2();
    await peer.send(toFrame(Type.HEADERS, Flag.END_HEADERS, 1, toGrpcRequest(PUBLISH)));
    // A call without END_STREAM: the server gives back the window in halves, and is outrun.
    const data = toFrame(Type.DATA, 0, 1, Buffer.alloc(16_384));
    await peer.send(toFrame(Type.DATA, 0, 1, toEnvelope(Buffer.alloc(0), { announcedBytes: 11_000_000 })));
    await peer.send(...new Array(200).fill(data));
    return [await target.patiently(peer.endOf(1))];
  },
};

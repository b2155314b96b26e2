// MadeYouReset by PRIORITY: streams that were never opened are an error of the connection (RFC 9113 6.4).

import { Type, toFrame, toStreamId, toUint32 } from "../wire/frames.mjs";

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "CVE-2025-8671",
  does: "makes streams depend on themselves, so that the server resets them",
  limit: "one such frame",
  meets: "GOAWAY PROTOCOL_ERROR",
  counter: 'subito_http2_connection_errors_total{fault="protocol"}',
  memoryMb: 64,
  async run(target) {
    const peer = await target.connectHttp2();
    await peer.flood((n) =>
      toFrame(Type.PRIORITY, 0, toStreamId(n), Buffer.concat([toUint32(toStreamId(n)), Buffer.alloc(1)])),
    );
    return [await target.patiently(peer.ended)];
  },
};

// Fields whose name is empty: nothing on the wire, an entry in memory.

import { COMPLETE, Type, toFrame, toStreamId } from "../wire/frames.mjs";
import { toLiteral, toRequest } from "../wire/hpack.mjs";

const block = Buffer.concat([toRequest("/livez"), ...new Array(300).fill(toLiteral("", ""))]);

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "CVE-2019-9516",
  does: "sends fields without a name",
  limit: "field names, resetsBurstMax",
  meets: "GOAWAY ENHANCE_YOUR_CALM",
  counter: 'subito_http2_connection_errors_total{fault="too_many_resets"}',
  memoryMb: 64,
  async run(target) {
    const peer = await target.connectHttp2();
    await peer.flood((n) => toFrame(Type.HEADERS, COMPLETE, toStreamId(n), block));
    return [await target.patiently(peer.ended)];
  },
};

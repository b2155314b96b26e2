// Requests that each put a hundred new entries into the dynamic table and push a hundred old ones out.

import { COMPLETE, Type, toFrame, toStreamId } from "../wire/frames.mjs";
import { toInserted, toRequest } from "../wire/hpack.mjs";

const requests = 3000;

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "RFC 7541 4.4",
  does: "replaces its whole dynamic table with every request",
  limit: "headerTableBytesMax",
  meets: "status 200",
  counter: "",
  memoryMb: 64,
  async run(target) {
    const peer = await target.connectHttp2();
    for (let n = 0; n < requests; n++) {
      const entries = Array.from({ length: 100 }, (_, at) => toInserted(`x${n}-${at}`, ""));
      const block = Buffer.concat([toRequest("/livez"), ...entries]);
      await peer.send(toFrame(Type.HEADERS, COMPLETE, toStreamId(n), block));
    }
    return Promise.all(
      Array.from({ length: requests }, (_, n) => target.patiently(peer.endOf(toStreamId(n)))),
    );
  },
};

// A body of two megabytes in DATA frames of one byte: ten bytes on the wire for each, and an object in memory if one is not careful.

import { Flag, Type, toFrame } from "../wire/frames.mjs";
import { POST, toRequest } from "../wire/hpack.mjs";

const crumbs = Buffer.concat(new Array(10_000).fill(toFrame(Type.DATA, 0, 1, Buffer.alloc(1))));

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "CVE-2019-9511",
  does: "sends bodies in DATA frames of one byte",
  limit: "bodyBytesMax",
  meets: "status 413",
  counter: "",
  memoryMb: 96,
  async run(target) {
    const peers = await Promise.all(Array.from({ length: 3 }, () => target.connectHttp2()));
    return Promise.all(
      peers.map(async (peer) => {
        await peer.send(
          toFrame(Type.HEADERS, Flag.END_HEADERS, 1, toRequest("/topics/default/x", { method: POST })),
        );
        for (let sent = 0; sent < 2_200_000 && !peer.streams.has(1); sent += 10_000) await peer.send(crumbs);
        return target.patiently(peer.endOf(1));
      }),
    );
  },
};

// A connection of HTTP/1.1 that is kept and not used.

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "",
  does: "keeps connections of HTTP/1.1 without a request",
  limit: "http1KeepAliveTimeoutMs",
  meets: "status 200, closed",
  counter: "",
  memoryMb: 64,
  waits: true,
  async run(target) {
    const peers = await Promise.all(Array.from({ length: 500 }, () => target.connectHttp1()));
    return Promise.all(
      peers.map(async (peer) => {
        await peer.send("GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n");
        return target.patiently(peer.ended);
      }),
    );
  },
};

// Thousands of connections that say nothing.

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "",
  does: "opens two thousand connections and says nothing",
  limit: "prefaceTimeoutMs",
  meets: "closed",
  counter: 'subito_connections_refused_total{reason="preface_timeout"}',
  memoryMb: 64,
  async run(target) {
    const peers = await Promise.all(Array.from({ length: 2000 }, () => target.connectHttp1()));
    return Promise.all(peers.map((peer) => target.patiently(peer.ended)));
  },
};

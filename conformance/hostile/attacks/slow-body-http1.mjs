// Slowloris on a body of HTTP/1.1.

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "R-U-Dead-Yet",
  does: "sends a body of HTTP/1.1 a byte at a time",
  limit: "http1RequestTimeoutMs",
  meets: "status 408, closed",
  counter: 'subito_http1_errors_total{fault="timeout"}',
  memoryMb: 64,
  waits: true,
  async run(target) {
    const peer = await target.connectHttp1();
    await peer.send("POST /topics/default/x HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000\r\n\r\n");
    await target.trickle(peer, Buffer.alloc(900), 1000);
    return [await target.patiently(peer.ended)];
  },
};

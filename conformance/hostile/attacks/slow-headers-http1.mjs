// Slowloris on the header fields of HTTP/1.1.

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "Slowloris",
  does: "sends header fields of HTTP/1.1 a byte at a time",
  limit: "http1HeadersTimeoutMs",
  meets: "status 408, closed",
  counter: 'subito_http1_errors_total{fault="timeout"}',
  memoryMb: 64,
  waits: true,
  async run(target) {
    const peer = await target.connectHttp1();
    await target.trickle(
      peer,
      Buffer.from(`GET /livez HTTP/1.1\r\nhost: localhost\r\nx: ${"x".repeat(200)}`),
      500,
    );
    return [await target.patiently(peer.ended)];
  },
};

// Chunks of one byte, with kilobytes of extensions that nobody reads.

const requests = [
  `POST /topics/default/x HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n1;${"x".repeat(1_000_000)}`,
];

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "CVE-2024-22019",
  does: "puts endless extensions behind the size of a chunk",
  limit: "node:http's parser, 16 KB",
  meets: "status 400, closed",
  counter: 'subito_http1_errors_total{fault="bad_request"}',
  memoryMb: 64,
  async run(target) {
    return Promise.all(requests.map((request) => target.exchangeHttp1(request)));
  },
};

// Request smuggling: a body whose length is told twice, by Content-Length and by chunks.

const head = "POST /topics/default/x HTTP/1.1\r\nhost: localhost\r\n";
/** What a proxy in front would take for part of a body. */
const inner = "POST /topics/default/smuggled HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1\r\n\r\nx";

const requests = [
  `${head}content-length: 6\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n${inner}`,
  `${head}transfer-encoding: chunked\r\ncontent-length: ${inner.length}\r\n\r\n0\r\n\r\n${inner}`,
];

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "CWE-444, RFC 9112 6.3",
  does: "tells a body's length by Content-Length and by chunks",
  limit: "node:http's parser",
  meets: "status 400, closed",
  counter: 'subito_http1_errors_total{fault="bad_request"}',
  memoryMb: 64,
  async run(target) {
    return Promise.all(requests.map((request) => target.exchangeHttp1(request)));
  },
};

// Request smuggling: two lengths of one body.

const head = "POST /topics/default/x HTTP/1.1\r\nhost: localhost\r\n";
/** What a proxy in front would take for part of a body. */
const inner = "POST /topics/default/smuggled HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1\r\n\r\nx";

const requests = [
  `${head}content-length: 1\r\ncontent-length: 5\r\n\r\nx${inner}`,
  `${head}content-length: 1, 5\r\n\r\nx${inner}`,
  `${head}content-length: +1\r\n\r\nx${inner}`,
  `${head}content-length: 0x1\r\n\r\nx${inner}`,
  `${head}content-length: 1 1\r\n\r\nx${inner}`,
  `${head}content-length: 99999999999999999999\r\n\r\nx${inner}`,
];

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "CWE-444, RFC 9112 6.3",
  does: "tells two lengths of a body",
  limit: "node:http's parser",
  meets: "status 400, closed",
  counter: 'subito_http1_errors_total{fault="bad_request"}',
  memoryMb: 64,
  async run(target) {
    return Promise.all(requests.map((request) => target.exchangeHttp1(request)));
  },
};

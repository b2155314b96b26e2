// Request smuggling: codings that only some would take for chunked.

const head = "POST /topics/default/x HTTP/1.1\r\nhost: localhost\r\n";
/** What a proxy in front would take for part of a body. */
const inner = "POST /topics/default/smuggled HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1\r\n\r\nx";

const requests = [
  `${head}transfer-encoding: xchunked\r\n\r\n0\r\n\r\n${inner}`,
  `${head}transfer-encoding : chunked\r\n\r\n0\r\n\r\n${inner}`,
  `${head}transfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n${inner}`,
  `${head}transfer-encoding: chunked\x0b\r\n\r\n0\r\n\r\n${inner}`,
  `${head}transfer-encoding:\r\n chunked\r\n\r\n0\r\n\r\n${inner}`,
  `${head}transfer-encoding\0: chunked\r\n\r\n0\r\n\r\n${inner}`,
];

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "CVE-2022-32215",
  does: "writes Transfer-Encoding in ways that only some understand",
  limit: "node:http's parser",
  meets: "status 400, closed",
  counter: 'subito_http1_errors_total{fault="bad_request"}',
  memoryMb: 64,
  async run(target) {
    return Promise.all(requests.map((request) => target.exchangeHttp1(request)));
  },
};

// Request smuggling: sizes of chunks that only some can read.

const head = "POST /topics/default/x HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n";
const requests = [
  `${head}0x1\r\nx\r\n0\r\n\r\n`,
  `${head}+1\r\nx\r\n0\r\n\r\n`,
  `${head}-1\r\nx\r\n0\r\n\r\n`,
  `${head}1 \r\nx\r\n0\r\n\r\n`,
  `${head}fffffffffffffffff\r\nx\r\n0\r\n\r\n`,
  `${head}1\r\nxy\r\n0\r\n\r\n`,
  `${head}1\nx\r\n0\r\n\r\n`,
];

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "CWE-444, RFC 9112 7.1",
  does: "writes sizes of chunks that only some can read",
  limit: "node:http's parser",
  meets: "status 400, closed",
  counter: 'subito_http1_errors_total{fault="bad_request"}',
  memoryMb: 64,
  async run(target) {
    return Promise.all(requests.map((request) => target.exchangeHttp1(request)));
  },
};

// Lines that end in LF alone, or in CR alone.

const requests = [
  "GET /livez HTTP/1.1\nhost: localhost\n\n",
  "GET /livez HTTP/1.1\r\nhost: localhost\nx: y\r\n\r\n",
  "GET /livez HTTP/1.1\r\nhost: localhost\rx: y\r\n\r\n",
  "GET /livez HTTP/1.1\r\nhost: localhost\r\nx: y\rtransfer-encoding: chunked\r\n\r\n",
];

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "CVE-2023-30589",
  does: "ends lines by LF or CR alone",
  limit: "node:http's parser",
  meets: "status 400, closed",
  counter: 'subito_http1_errors_total{fault="bad_request"}',
  memoryMb: 64,
  async run(target) {
    return Promise.all(requests.map((request) => target.exchangeHttp1(request)));
  },
};

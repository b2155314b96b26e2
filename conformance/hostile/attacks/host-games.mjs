// A host that is missing, told twice, or no host.

const requests = [
  "GET /livez HTTP/1.1\r\n\r\n",
  "GET /livez HTTP/1.1\r\nhost: localhost\r\nhost: evil.example\r\n\r\n",
];

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "RFC 9112 3.2",
  does: "sends no Host, two of them, or one that is none",
  limit: "node:http's parser",
  meets: "status 400, closed",
  counter: 'subito_http1_errors_total{fault="bad_request"}',
  memoryMb: 64,
  async run(target) {
    return Promise.all(requests.map((request) => target.exchangeHttp1(request)));
  },
};

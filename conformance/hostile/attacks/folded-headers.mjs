// Header fields that go on in the next line, or are no fields.

const requests = [
  "GET /livez HTTP/1.1\r\n host: localhost\r\n\r\n",
  "GET /livez HTTP/1.1\r\nhost : localhost\r\n\r\n",
  "GET /livez HTTP/1.1\r\nhost: localhost\r\n\tx: y\r\n\r\n",
  "GET /livez HTTP/1.1\r\nhost: localhost\r\nx\0: y\r\n\r\n",
  "GET /livez HTTP/1.1\r\nhost: localhost\r\nx: a\0b\r\n\r\n",
  "GET /livez HTTP/1.1\r\nhost: localhost\r\n: y\r\n\r\n",
];

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "RFC 9112 5.2",
  does: "folds header fields, and puts white space where none may be",
  limit: "node:http's parser",
  meets: "status 400, closed",
  counter: 'subito_http1_errors_total{fault="bad_request"}',
  memoryMb: 64,
  async run(target) {
    return Promise.all(requests.map((request) => target.exchangeHttp1(request)));
  },
};

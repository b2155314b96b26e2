// Header fields of more than 16 KB.

const requests = [
  `GET /livez HTTP/1.1\r\nhost: localhost\r\nx: ${"x".repeat(100_000)}\r\n\r\n`,
  `GET /livez HTTP/1.1\r\nhost: localhost\r\n${"a:b\r\n".repeat(20_000)}\r\n`,
  `GET /topics/default/x?${"a=b&".repeat(20_000)} HTTP/1.1\r\nhost: localhost\r\n\r\n`,
];

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "",
  does: "sends header fields of 100 KB",
  limit: "http1HeaderBytesMax",
  meets: "status 431, closed",
  counter: 'subito_http1_errors_total{fault="header_overflow"}',
  memoryMb: 64,
  async run(target) {
    return Promise.all(requests.map((request) => target.exchangeHttp1(request)));
  },
};

// Trailers behind a chunked body that never end.

const requests = [
  `POST /topics/default/x HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n0\r\n${"a: b\r\n".repeat(100_000)}`,
];

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "",
  does: "sends trailers without end",
  limit: "http1HeaderBytesMax",
  meets: "status 431, closed",
  counter: 'subito_http1_errors_total{fault="header_overflow"}',
  memoryMb: 64,
  async run(target) {
    return Promise.all(requests.map((request) => target.exchangeHttp1(request)));
  },
};

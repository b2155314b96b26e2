// Bodies above the limit: announced, and in chunks.

const requests = [
  Buffer.concat([
    Buffer.from("POST /topics/default/x HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000000000\r\n\r\n"),
    Buffer.alloc(4_000_000),
  ]),
  Buffer.concat([
    Buffer.from(
      "POST /topics/default/x HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n3d0900\r\n",
    ),
    Buffer.alloc(4_000_000),
  ]),
];

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "",
  does: "sends bodies of more than 2 MiB",
  limit: "bodyBytesMax",
  meets: "status 413, closed",
  counter: 'subito_http1_errors_total{fault="body_too_large"}',
  memoryMb: 64,
  async run(target) {
    return Promise.all(requests.map((request) => target.exchangeHttp1(request)));
  },
};

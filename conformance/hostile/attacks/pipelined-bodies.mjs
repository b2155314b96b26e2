// Requests with bodies, one behind the other in one write: each body is its own, and the answers keep their order.

const requests = [
  "POST /topics/default/pipelined HTTP/1.1\r\nhost: localhost\r\ncontent-length: 35\r\n\r\nGET /readyz HTTP/1.1\r\nhost: evil\r\n\r\n",
  "POST /nowhere HTTP/1.1\r\nhost: localhost\r\ncontent-length: 4\r\n\r\nbody",
  "POST /topics/default/pipelined HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n",
  "GET /livez HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n",
].join("");

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "RFC 9112 9.3.2",
  does: "sends several requests with bodies at once",
  limit: "the order of requests",
  meets: "status 204, 404, 204, 200, closed",
  counter: "",
  memoryMb: 64,
  async run(target) {
    return [await target.exchangeHttp1(requests)];
  },
};

// JSON that is nested a million times.

const bodies = ["[".repeat(1_000_000), '{"a":'.repeat(400_000), "[".repeat(900_000) + "]".repeat(900_000)];

/** @param {string} body */
function toRequest(body) {
  return `POST /api-keys HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
}

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "CWE-674",
  does: "sends JSON nested a million times",
  limit: "jsonBodyBytesMax",
  meets: "status 400, closed",
  counter: "",
  memoryMb: 192,
  async run(target) {
    return Promise.all(bodies.map((body) => target.exchangeHttp1(toRequest(body))));
  },
};

// Thousands of requests in one write, each for a large answer, by clients that are gone at once, by a reset.

import { fillTopic, pollPath } from "../large-topic.mjs";

const polls = `GET ${pollPath} HTTP/1.1\r\nhost: localhost\r\n\r\n`.repeat(2000);
const rounds = 50;

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "",
  does: "sends thousands of requests at once and resets the connection",
  limit: "",
  meets: "gone",
  counter: "",
  memoryMb: 64,
  prepare: fillTopic,
  async run(target) {
    for (let round = 0; round < rounds; round++) {
      const peers = await Promise.all(Array.from({ length: 4 }, () => target.connectHttp1()));
      await Promise.all(peers.map((peer) => peer.send(polls)));
      for (const peer of peers) peer.reset();
    }
    return ["gone"];
  },
};

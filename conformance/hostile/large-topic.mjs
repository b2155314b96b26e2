// A topic whose kept items make a long poll's answer as large as it gets.

import { createHash } from "node:crypto";

const topic = "large";
/** Together more than one answer of a long poll holds. */
const items = 20;
const itemBytes = 64_000;

/** Answered at once, by more than a megabyte. */
export const pollPath = `/topics/default/${topic}?sequence_number=1`;

/**
 * Publishes what the polls ask for. Resolves when it is there.
 * @param {import("./target.mjs").Target} target
 */
export async function fillTopic(target) {
  const value = createHash("shake256", { outputLength: itemBytes / 2 })
    .update(topic)
    .digest("hex");
  const peer = await target.connectHttp1();
  for (let n = 1; n <= items; n++) {
    await peer.send(
      `POST /topics/default/${topic} HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${value.length}\r\n\r\n${value}`,
    );
    await peer.until((text) => text.split("HTTP/1.1 204").length > n);
  }
  peer.close();
}

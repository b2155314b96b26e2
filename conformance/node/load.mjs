// Loads a topic until told to stop: `node load.mjs PORT CACHE TOPIC`, forked by a test. Reports what it did over the IPC channel.
// Works in bursts at full speed with pauses between them, so that tests beside it on a small machine still get on.

import { setTimeout as sleep } from "node:timers/promises";

import { TopicPublishResponse } from "@gomomento/sdk";

import { createTopicClient, noDeadlineMs, subscribe } from "./clients.mjs";

const burstMs = 400;
const pauseMs = 600;
const concurrency = 16;
const subscribers = 5;

const [port, cacheName = "", topicName = ""] = process.argv.slice(2);
const client = createTopicClient(Number(port), { deadlineMs: noDeadlineMs });
const value = "x".repeat(200);
let isStopping = false;
let published = 0;
let failed = 0;

process.on("message", () => {
  isStopping = true;
});
process.on("disconnect", () => process.exit(1));

const recordings = await Promise.all(
  Array.from({ length: subscribers }, () => subscribe(client, cacheName, topicName)),
);

/** @param {number} endMs */
async function publishUntil(endMs) {
  while (Date.now() < endMs) {
    const response = await client.publish(cacheName, topicName, value);
    if (response.type === TopicPublishResponse.Success) published += 1;
    else failed += 1;
  }
}

let received = 0;
while (!isStopping) {
  const endMs = Date.now() + burstMs;
  await Promise.all(Array.from({ length: concurrency }, () => publishUntil(endMs)));
  await sleep(pauseMs);
  for (const recording of recordings) received += recording.items.splice(0).length;
}
process.send?.({ published, failed, received }, () => process.exit(0));

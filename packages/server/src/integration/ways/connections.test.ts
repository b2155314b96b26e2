// Many topics on one connection, where a way can.

import assert from "node:assert/strict";
import { test } from "node:test";
import { askHttp2, openHttp2 } from "../../testing/running-server.js";
import { openSse, openSse2 } from "../../testing/sse-client.js";
import { startWorld } from "../../testing/ways/suite.js";

const toTopics = (count: number) => Array.from({ length: count }, (_, i) => `topic ${i + 1}`);
const at = (topic: string) => ({ cacheName: "default", topic });

test("thirty-two topics in one event stream", async (t) => {
  const world = await startWorld(t);
  const topics = toTopics(32);
  const toPath = (names: readonly string[]) =>
    `/sse/default?${names.map((name) => `topic=${encodeURIComponent(name)}`).join("&")}`;
  const stream = await openSse(t, world.server, toPath(topics));
  await stream.until(({ lastEventId }) => lastEventId.split(",").length === topics.length);
  for (const topic of topics) await world.publish(`to ${topic}`, at(topic));
  await stream.until(({ events }) => events.length === topics.length);
  assert.deepEqual(
    stream.items.map(({ topic, item }) => [topic, item.value.text]),
    topics.map((topic) => [topic, `to ${topic}`]),
  );
  assert.equal((await openSse(t, world.server, toPath(toTopics(33)))).status, 400);
});

test("fifty event streams on one connection of HTTP/2", async (t) => {
  const world = await startWorld(t);
  const session = openHttp2(t, world.server);
  const topics = toTopics(50);
  const toPath = (topic: string) => `/sse/default/${encodeURIComponent(topic)}`;
  const streams = await Promise.all(topics.map((topic) => openSse2(session, toPath(topic))));
  for (const topic of topics) await world.publish(`to ${topic}`, at(topic));
  for (const [i, stream] of streams.entries()) {
    await stream.until(({ events }) => events.length > 0);
    assert.deepEqual(stream.texts, [`to ${String(topics[i])}`]);
  }
});

test("fifty long polls on one connection of HTTP/2", async (t) => {
  const world = await startWorld(t, { limits: { pollTimeoutMs: 60_000 } });
  const session = openHttp2(t, world.server);
  const topics = toTopics(50);
  const toPath = (topic: string) => `/topics/default/${encodeURIComponent(topic)}?sequence_number=1`;
  const polls = topics.map((topic) => askHttp2(session, toPath(topic)));
  for (const topic of topics) await world.publish(`to ${topic}`, at(topic));
  for (const [i, answer] of (await Promise.all(polls)).entries()) {
    assert.equal(answer.status, 200);
    assert.match(answer.text, new RegExp(`"text":"to ${String(topics[i])}"`));
  }
});

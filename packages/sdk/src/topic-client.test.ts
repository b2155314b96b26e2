// Subscriptions of a client on a model server: one socket, one subscription of the wire for each topic, what is told to whom.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createWorld } from "./testing/subscriber.js";
import type { TopicItem } from "./topic-item.js";
import { TopicClient } from "./topic-client.js";
import * as TopicSubscribe from "./topic-subscribe.js";

test("nothing is opened before the first subscription; all share one socket", async () => {
  const world = createWorld();
  assert.equal(world.server.opened, 0);
  const [news, sport] = [await world.subscribe("news"), await world.subscribe("sport")];
  world.server.publish("news", "a");
  world.server.publish("sport", "b");
  await world.settle();
  assert.deepEqual([news.log, sport.log], [["a 1"], ["b 1"]]);
  assert.equal(world.server.opened, 1);
  const [socket] = world.server.sockets;
  assert.equal(socket?.url, "ws://model.test/ws");
  assert.equal(socket.protocols, "subito.v1");
  assert.equal(socket.binaryType, "arraybuffer");
});

test("subscriptions to one topic share one of the wire, which ends with the last of them", async () => {
  const world = createWorld();
  const [first, second] = [await world.subscribe("news"), await world.subscribe("news")];
  world.server.publish("news", "a");
  await world.settle();
  first.subscription.unsubscribe();
  world.server.publish("news", "b");
  await world.settle();
  assert.deepEqual(first.log, ["a 1", "end"]);
  assert.equal(first.subscription.isSubscribed, false);
  assert.deepEqual(second.log, ["a 1", "b 2"]);
  second.subscription.unsubscribe();
  second.subscription.unsubscribe();
  assert.deepEqual(world.server.types, ["subscribe", "unsubscribe"]);
  assert.deepEqual(second.log, ["a 1", "b 2", "end"]);
});

test("the socket is closed a while after the last subscription, unless another one comes", async () => {
  const world = createWorld();
  (await world.subscribe("news")).subscription.unsubscribe();
  await world.runtime.advance(9_000);
  const again = await world.subscribe("news");
  await world.runtime.advance(11_000);
  assert.equal(world.server.sockets.size, 1);
  again.subscription.unsubscribe();
  await world.runtime.advance(10_001);
  assert.equal(world.server.sockets.size, 0);
  assert.equal(world.runtime.timers, 0);
  assert.equal(world.runtime.onlineListeners, 0);
  const third = await world.subscribe("news");
  world.server.publish("news", "a");
  await world.settle();
  assert.deepEqual(third.log, ["a 1"]);
  assert.equal(world.server.opened, 2);
});

test("a topic that is left and taken up again at once brings nothing of before", async () => {
  const world = createWorld();
  const first = await world.subscribe("news");
  world.server.publish("news", "a");
  first.subscription.unsubscribe();
  const second = await world.subscribe("news");
  world.server.publish("news", "b");
  await world.settle();
  assert.deepEqual([first.log, second.log], [["end"], ["b 2"]]);
});

test("binary values, publisher ids and pages arrive", async () => {
  const world = createWorld();
  const items: TopicItem[] = [];
  await world.subscribe("news", { onItem: (item) => items.push(item) });
  world.server.publish("news", new Uint8Array([0, 255]));
  world.server.publish("news", "é");
  await world.settle();
  assert.deepEqual(items[0]?.value(), new Uint8Array([0, 255]));
  assert.equal(items[0].tokenId(), "p");
  assert.equal(items[0].sequencePage(), 101);
  assert.equal(items[1]?.value(), "é");
  assert.equal(items[1].tokenId(), undefined);
  assert.deepEqual(items[1].valueUint8Array(), new Uint8Array([0xc3, 0xa9]));
});

test("a subscription can begin at a number, also beside one that is further", async () => {
  const world = createWorld();
  const live = await world.subscribe("news");
  for (const text of ["a", "b", "c"]) world.server.publish("news", text);
  await world.settle();
  const early = await world.subscribe("news", {
    resumeAtTopicSequenceNumber: 2,
    resumeAtTopicSequencePage: 101,
  });
  const unpaged = await world.subscribe("news", { resumeAtTopicSequenceNumber: 3 });
  await world.settle();
  world.server.publish("news", "d");
  await world.settle();
  assert.deepEqual(live.log, ["a 1", "b 2", "c 3", "d 4"]);
  assert.deepEqual(early.log, ["b 2", "c 3", "d 4"]);
  assert.deepEqual(unpaged.log, ["c 3", "d 4"]);
});

test("a number that was never given out begins anew, and says so", async () => {
  const world = createWorld();
  world.server.publish("news", "a");
  const far = { resumeAtTopicSequenceNumber: 300 };
  const [paged, unpaged] = [
    await world.subscribe("news", { ...far, resumeAtTopicSequencePage: 101 }),
    await createWorldWith(far),
  ];
  await world.settle();
  assert.deepEqual(paged.log, ["gap 299-0", "a 1"]);
  assert.deepEqual(unpaged.log, ["gap 299-0", "a 1"]);
});

async function createWorldWith(options: { resumeAtTopicSequenceNumber: number }) {
  const world = createWorld();
  world.server.publish("news", "a");
  const told = await world.subscribe("news", options);
  await world.settle();
  return told;
}

test("a gap that the server does not tell of is told all the same", async () => {
  const world = createWorld();
  const { log } = await world.subscribe("news");
  world.server.publish("news", "a");
  await world.settle();
  const [socket] = world.server.sockets;
  const item = { topic_sequence_number: 7, sequence_page: 101, value: { text: "g" } };
  socket?.sendRaw(JSON.stringify({ type: "item", cache: "c", topic: "news", item }));
  await world.settle();
  assert.deepEqual(log, ["a 1", "gap 1-6", "g 7"]);
});

test("what a refused subscription and bad arguments resolve to", async () => {
  const world = createWorld();
  world.server.refusals.push("NotFound");
  const asked = world.client.subscribe("c", "news", {});
  await world.settle();
  const refused = await asked;
  assert.ok(refused instanceof TopicSubscribe.Error);
  assert.equal(refused.type, "Error");
  assert.equal(refused.errorCode(), "NOT_FOUND_ERROR");
  assert.equal(refused.message(), "no: NotFound");
  assert.equal(refused.innerException().isRetryable, false);
  for (const [cache, topic, options] of [
    ["c", "", {}],
    ["c", undefined, {}],
    ["c", "news", { resumeAtTopicSequenceNumber: -1 }],
    ["c", "news", { resumeAtTopicSequencePage: 0.5 }],
  ] as const) {
    const answer = await world.client.subscribe(cache, topic as string, options);
    assert.ok(answer instanceof TopicSubscribe.Error);
    assert.equal(answer.errorCode(), "INVALID_ARGUMENT_ERROR");
  }
  for (const props of [{}, undefined]) {
    assert.throws(() => new TopicClient(props), { message: /url or credentialProvider/ });
  }
});

test("without a WebSocket it says so", async () => {
  const client = new TopicClient({ url: "http://model.test", runtime: createWorld().runtime });
  const hasOne = "WebSocket" in globalThis;
  const answer = hasOne ? undefined : await client.subscribe("c", "news");
  assert.ok(hasOne || answer instanceof TopicSubscribe.Error);
  if (answer instanceof TopicSubscribe.Error) assert.match(answer.message(), /no global WebSocket/);
  client.close();
});

test("a signal gives up a subscribe, and ends a subscription", async () => {
  const world = createWorld();
  const early = new AbortController();
  const asked = world.client.subscribe("c", "news", { signal: early.signal });
  early.abort();
  const answer = await asked;
  assert.ok(answer instanceof TopicSubscribe.Error);
  assert.equal(answer.errorCode(), "CANCELLED_ERROR");
  const late = new AbortController();
  const { log, subscription } = await world.subscribe("news", { signal: late.signal });
  late.abort();
  assert.deepEqual(log, ["end"]);
  assert.equal(subscription.isSubscribed, false);
  const never = await world.client.subscribe("c", "news", { signal: late.signal });
  assert.ok(never instanceof TopicSubscribe.Error);
});

test("close ends subscriptions and refuses new ones", async () => {
  const world = createWorld();
  const { log } = await world.subscribe("news");
  const pending = world.client.subscribe("c", "sport", {});
  world.client.close();
  assert.deepEqual(log, ["end"]);
  const answer = await pending;
  assert.ok(answer instanceof TopicSubscribe.Error);
  assert.equal(answer.errorCode(), "CANCELLED_ERROR");
  assert.ok((await world.client.subscribe("c", "news")) instanceof TopicSubscribe.Error);
  assert.equal(world.server.sockets.size, 0);
  assert.equal(world.runtime.timers, 0);
});

test("what a callback throws is told to the platform, and stops nothing", async () => {
  const world = createWorld();
  const uncaught: unknown[] = [];
  const onUncaught = (error: unknown): void => void uncaught.push(error);
  process.setUncaughtExceptionCaptureCallback(onUncaught);
  try {
    let count = 0;
    await world.subscribe("news", {
      onItem() {
        count++;
        throw new Error("mine");
      },
    });
    world.server.publish("news", "a");
    world.server.publish("news", "b");
    await world.settle();
    assert.equal(count, 2);
    assert.equal(uncaught.length, 2);
  } finally {
    process.setUncaughtExceptionCaptureCallback(null);
  }
});

// Where subscriptions start, how they end, and how many there may be.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ServiceError } from "../kernel/errors.js";
import { RecordingSink } from "../testing/recording-sink.js";
import { code, createWorld, FRESH } from "../testing/topics-world.js";

void test("a subscriber gets a heartbeat first, then what its turn publishes, in one chunk", () => {
  const world = createWorld();
  const sink = world.subscribe();
  assert.deepEqual(sink.story, ["♥"]);
  world.publish("a");
  world.publish("b");
  assert.deepEqual(sink.story, ["♥"]);
  world.endTurn();
  assert.deepEqual(sink.story, ["♥", "a", "b"]);
  assert.equal(sink.chunks.length, 2);
  assert.deepEqual(sink.subscription?.position, { page: world.page(), nextSequence: 3 });
});

void test("the fresh window decides what a fresh subscriber starts with", () => {
  const world = createWorld({}, { freshWindowMs: 1000 });
  world.publish("old");
  world.clock.advance(600);
  world.publish("recent");
  world.clock.advance(600);
  assert.deepEqual(world.subscribe().story, ["♥", "recent"]);
  world.clock.advance(600);
  assert.deepEqual(world.subscribe().story, ["♥"]);
  assert.deepEqual(createWorld().subscribe().story, ["♥"]);
});

void test("resuming is inclusive, and what is gone is said", () => {
  const world = createWorld();
  for (const text of ["a", "b", "c"]) world.publish(text);
  assert.deepEqual(world.subscribe({ sequence: 2, page: 0 }).story, ["♥", "b", "c"]);
  const unknown = world.subscribe({ sequence: 300, page: 5435435 });
  assert.deepEqual(unknown.story, ["♥", `299→0@${world.page()}`, "a", "b", "c"]);
  world.engine.evict("c", "t", 1);
  assert.deepEqual(world.subscribe({ sequence: 1, page: world.page() }).story, [
    "♥",
    `0→2@${world.page()}`,
    "c",
  ]);
});

void test("a read that fails ends the subscription", () => {
  const world = createWorld();
  const sink = world.subscribe();
  sink.room = 0;
  world.publish("a");
  world.endTurn();
  world.engine.readError = new ServiceError("unavailable", "away");
  sink.drain();
  assert.equal(sink.endedBy?.code, "unavailable");
  assert.equal(world.engine.topic("c", "t")?.watches.length, 0);
});

void test("a missing cache fails with nothing pushed, a deleted one ends all with what was published", () => {
  const world = createWorld();
  const sink = new RecordingSink();
  assert.throws(
    () => world.subscribe(FRESH, sink, { cacheName: "no" }),
    code("not_found", /Cache Not Found/),
  );
  assert.equal(sink.chunks.length, 0);
  const sinks = [world.subscribe(), world.subscribe(), world.subscribe(FRESH, undefined, { topicName: "u" })];
  world.publish("last");
  world.engine.deleteCache("c");
  assert.deepEqual(
    sinks.map((it) => it.endedBy?.code),
    ["not_found", "not_found", "not_found"],
  );
  assert.deepEqual(
    sinks.map((it) => it.story.at(-1)),
    ["last", "last", "♥"],
  );
  world.endTurn();
  assert.equal(world.clock.pendingTimers, 0);
});

void test("the limit of subscriptions counts those that are open", () => {
  const world = createWorld({ subscriptionsMax: 2 });
  const [first] = [world.subscribe(), world.subscribe()];
  const full = code("resource_exhausted", /subscribers.*subscribe /, "topic_subscriptions_limit_exceeded");
  assert.throws(() => world.subscribe(), full);
  first.subscription?.close();
  first.subscription?.close();
  assert.throws(() => world.subscribe(FRESH, undefined, { cacheName: "no" }), code("not_found"));
  const broken = new RecordingSink();
  broken.onPush = () => {
    throw new Error("broken");
  };
  assert.throws(() => world.subscribe(FRESH, broken));
  world.subscribe();
  assert.throws(() => world.subscribe(), full);
});

void test("close ends every subscription after what was published, and refuses new ones", () => {
  const world = createWorld();
  const sink = world.subscribe();
  world.publish("last");
  world.topics.close(new ServiceError("unavailable", "The server stops."));
  assert.equal(sink.story.at(-1), "last");
  assert.equal(sink.endedBy?.code, "unavailable");
  assert.throws(() => world.subscribe(), code("unavailable"));
  assert.deepEqual(world.publish("more"), { page: world.page(), sequence: 2 });
  assert.equal(world.clock.pendingTimers, 0);
});

void test("subscribers that come while the engine is asked share its answer, also a bad one", async () => {
  const world = createWorld({ subscriptionsMax: 2 }, { delayed: true });
  const sinks = [new RecordingSink(), new RecordingSink()] as const;
  const both = sinks.map((sink) => world.subscribeLater(sink));
  const full = code("resource_exhausted", /./, "topic_subscriptions_limit_exceeded");
  assert.throws(() => world.subscribeLater(new RecordingSink()), full);
  assert.equal(world.engine.topic("c", "t")?.watches.length, 1);
  for (let i = 0; i < 20; i++) {
    world.engine.answer();
    await Promise.resolve();
  }
  const subscriptions = await Promise.all(both);
  assert.deepEqual(
    sinks.map((sink) => sink.story),
    [["♥"], ["♥"]],
  );
  for (const subscription of subscriptions) subscription.close();
  assert.equal(world.engine.topic("c", "t")?.watches.length, 0);

  world.engine.deleteCache("c");
  const failing = sinks.map((sink) => world.subscribeLater(sink));
  world.engine.answer();
  for (const one of failing) await assert.rejects(one, code("not_found"));
});

void test("what closes while the engine is asked fails those who wait, and leaves no watch", async () => {
  const world = createWorld({}, { delayed: true });
  const sink = new RecordingSink();
  const waiting = world.subscribeLater(sink);
  world.topics.close(new ServiceError("unavailable", "The server stops."));
  world.engine.answer();
  await assert.rejects(waiting, code("unavailable"));
  assert.equal(sink.chunks.length, 0);
  assert.equal(world.engine.topic("c", "t")?.watches.length, 0);
});

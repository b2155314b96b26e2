// A client whose connection breaks: it comes back where it was, waits ever longer, and notices a dead network.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createBackoff } from "./backoff.js";
import { createWorld } from "./testing/subscriber.js";
import * as TopicSubscribe from "./topic-subscribe.js";

test("after a lost connection it goes on where it was", async () => {
  const world = createWorld();
  const { log } = await world.subscribe("news");
  world.server.publish("news", "a");
  await world.settle();
  world.server.publish("news", "b");
  world.server.cut();
  world.server.publish("news", "c");
  await world.recover();
  assert.deepEqual(log, ["a 1", "lost", "b 2", "c 3"]);
});

test("one that has received nothing loses nothing either", async () => {
  const world = createWorld();
  const { log } = await world.subscribe("news");
  world.server.cut();
  world.server.publish("news", "a");
  await world.recover();
  assert.deepEqual(log, ["lost", "a 1"]);
});

test("what the topic keeps no more is told", async () => {
  const world = createWorld();
  const { log } = await world.subscribe("news");
  world.server.publish("news", "0");
  await world.settle();
  world.server.cut();
  for (let n = 1; n <= 8; n++) world.server.publish("news", String(n));
  await world.recover();
  assert.deepEqual(log, ["0 1", "lost", "gap 1-4", "4 5", "5 6", "6 7", "7 8", "8 9"]);
});

test("a server that begins anew is told of as a gap", async () => {
  const world = createWorld();
  const { log } = await world.subscribe("news");
  world.server.publish("news", "a");
  await world.settle();
  world.server.restart();
  world.server.publish("news", "b");
  await world.recover();
  assert.deepEqual(log, ["a 1", "lost", "gap 1-0", "b 1"]);
});

test("an outage is told once, and a server that is down is tried again, ever more slowly", async () => {
  const world = createWorld();
  const { log } = await world.subscribe("news");
  world.runtime.chance = () => 1;
  world.server.isDown = true;
  world.server.cut();
  const tries: number[] = [];
  for (let second = 0; second < 60; second++) {
    const before = world.server.opened;
    for (let part = 0; part < 4; part++) {
      await world.runtime.advance(250);
      world.server.deliver();
    }
    tries.push(world.server.opened - before);
  }
  assert.deepEqual(
    tries.flatMap((count, second) => (count === 0 ? [] : [`${count}@${second}`])),
    ["2@0", "1@1", "1@3", "1@7", "1@15", "1@30", "1@45"],
  );
  assert.deepEqual(log, ["lost"]);
  world.server.isDown = false;
  await world.recover();
  world.server.publish("news", "a");
  await world.settle();
  assert.deepEqual(log, ["lost", "a 1"]);
});

test("waits are anything from 0 to the base times 2^n, at most the cap, and begin again after a stable while", () => {
  let now = 1_000_000;
  const options = { baseMs: 100, capMs: 1000, stableMs: 5000 };
  const next = createBackoff(options, { now: () => now, random: () => 0.5 });
  assert.deepEqual([next(), next(), next(), next(), next()], [50, 100, 200, 400, 500]);
  now += 5000;
  assert.equal(next(), 500);
  now += 5001;
  assert.equal(next(), 50);
  for (let n = 0; n < 2000; n++) assert.ok(next() <= 500);
});

test("the network's return ends the wait", async () => {
  const world = createWorld();
  const { log } = await world.subscribe("news");
  world.server.cut();
  world.runtime.goOnline();
  world.server.publish("news", "a");
  await world.settle();
  assert.deepEqual(log, ["lost", "a 1"]);
});

test("a first subscription to a server that cannot be reached resolves to an error, and nothing is left", async () => {
  const world = createWorld();
  world.server.isDown = true;
  const asked = world.client.subscribe("c", "news", {});
  await world.settle();
  const answer = await asked;
  assert.ok(answer instanceof TopicSubscribe.Error);
  assert.equal(answer.errorCode(), "CONNECTION_ERROR");
  assert.match(answer.message(), /refused/);
  assert.equal(answer.innerException().isRetryable, true);
  assert.equal(world.runtime.timers, 0);
});

test("a socket that does not open is given up", async () => {
  const world = createWorld();
  const asked = world.client.subscribe("c", "news", {});
  await world.runtime.advance(10_001);
  const answer = await asked;
  assert.ok(answer instanceof TopicSubscribe.Error);
  assert.equal(answer.errorCode(), "TIMEOUT_ERROR");
  assert.equal(world.server.sockets.size, 0);
});

test("a silent socket is asked, and given up when it does not answer; one that answers is kept", async () => {
  const world = createWorld();
  let heartbeats = 0;
  const { log } = await world.subscribe("news", { onHeartbeat: () => heartbeats++ });
  assert.equal(heartbeats, 1);
  for (let round = 1; round <= 3; round++) {
    await world.runtime.advance(20_001);
    await world.settle();
    assert.equal(heartbeats, 1 + round);
  }
  assert.equal(world.server.opened, 1);
  world.server.isSilent = true;
  await world.runtime.advance(20_001);
  await world.settle();
  assert.deepEqual(log, []);
  await world.runtime.advance(10_001);
  assert.deepEqual(log, ["lost"]);
  world.server.isSilent = false;
  world.server.publish("news", "a");
  await world.recover();
  assert.deepEqual(log, ["lost", "a 1"]);
});

test("the network's return makes a socket prove that it lives", async () => {
  const world = createWorld();
  const { log } = await world.subscribe("news");
  world.server.isSilent = true;
  world.runtime.goOnline();
  world.runtime.goOnline();
  assert.equal(world.server.received.filter(({ type }) => type === "ping").length, 1);
  await world.runtime.advance(10_001);
  assert.deepEqual(log, ["lost"]);
});

test("a subscription that the server ends for a while is taken up again; others go on", async () => {
  const world = createWorld();
  const [news, sport] = [await world.subscribe("news"), await world.subscribe("sport")];
  world.server.publish("news", "a");
  for (const socket of world.server.sockets) socket.endSubscription("news", "Unavailable");
  world.server.publish("news", "b");
  world.server.publish("sport", "s");
  world.server.refusals.push("ResourceExhausted", "Internal");
  await world.settle();
  assert.deepEqual(sport.log, ["s 1"]);
  assert.deepEqual(news.log, ["a 1", "lost"]);
  await world.recover();
  await world.recover();
  assert.deepEqual(news.log, ["a 1", "lost", "b 2"]);
  assert.equal(world.server.opened, 1);
});

test("a subscription that the server ends for good tells of it; another one can be made in onError", async () => {
  const world = createWorld();
  const seen: string[] = [];
  const { log } = await world.subscribe("news", {
    onError(error, subscription) {
      seen.push(error.errorCode(), String(subscription.isSubscribed));
      void world.client.subscribe("c", "news", { onItem: (item) => seen.push(item.valueString()) });
    },
  });
  for (const socket of world.server.sockets) socket.endSubscription("news", "NotFound");
  await world.settle();
  world.server.publish("news", "a");
  await world.settle();
  assert.deepEqual(log, ["end"]);
  assert.deepEqual(seen, ["NOT_FOUND_ERROR", "false", "a"]);
});

test("a server that sends what is no message is left, and tried again", async () => {
  const world = createWorld();
  const { log } = await world.subscribe("news");
  for (const socket of world.server.sockets) socket.sendRaw("{");
  world.server.publish("news", "a");
  await world.recover();
  assert.deepEqual(log, ["lost", "a 1"]);
});

test("messages that this version does not know are left out", async () => {
  const world = createWorld();
  const { log } = await world.subscribe("news");
  for (const socket of world.server.sockets) {
    socket.sendRaw(JSON.stringify({ type: "weather", cache: "c", topic: "news" }));
    socket.sendRaw(JSON.stringify({ id: null, type: "error", code: "InvalidArgument", message: "?" }));
    socket.sendRaw(JSON.stringify({ id: 99, type: "pong" }));
    socket.sendRaw(JSON.stringify({ type: "item", cache: "c", topic: "else", item: {} }));
  }
  world.server.publish("news", "a");
  await world.settle();
  assert.deepEqual(log, ["a 1"]);
});

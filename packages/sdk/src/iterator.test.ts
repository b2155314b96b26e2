// Subscriptions that are iterated: order, the bound of what waits, ends and errors.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type World, createWorld } from "./testing/subscriber.js";
import { TopicItem } from "./topic-item.js";
import * as TopicSubscribe from "./topic-subscribe.js";

async function subscribe(world: World, gaps: string[] = []): Promise<TopicSubscribe.Subscription> {
  const asked = world.client.subscribe("c", "news", { onDiscontinuity: (gap) => gaps.push(gap.toString()) });
  await world.settle();
  const subscription = await asked;
  assert.ok(subscription instanceof TopicSubscribe.Subscription);
  return subscription;
}

async function publish(world: World, from: number, to: number): Promise<void> {
  for (let n = from; n <= to; n++) world.server.publish("news", String(n));
  await world.settle();
}

test("items come in their order, those from before the loop too; leaving it unsubscribes", async () => {
  const world = createWorld();
  const subscription = await subscribe(world);
  await publish(world, 1, 3);
  const seen: number[] = [];
  for await (const item of subscription) {
    seen.push(item.sequenceNumber());
    if (seen.length === 3) void publish(world, 4, 5);
    if (seen.length === 5) break;
  }
  assert.deepEqual(seen, [1, 2, 3, 4, 5]);
  assert.equal(subscription.isSubscribed, false);
  assert.deepEqual(world.server.types, ["subscribe", "unsubscribe"]);
});

test("what does not fit is dropped from the front, and a discontinuity stands for it", async () => {
  const world = createWorld({ bufferItemsMax: 4 });
  const gaps: string[] = [];
  const subscription = await subscribe(world, gaps);
  await publish(world, 1, 20);
  assert.deepEqual(gaps, []);
  subscription.unsubscribe();
  const seen: unknown[] = [];
  for await (const entry of subscription.events()) {
    seen.push(
      entry instanceof TopicItem
        ? entry.sequenceNumber()
        : [entry.lastSequenceNumber(), entry.newSequenceNumber(), entry.newSequencePage()],
    );
  }
  assert.deepEqual(seen, [[0, 17, 101], 18, 19, 20]);
  assert.equal(gaps.length, 1);
});

test("the bound counts bytes too, and keeps the newest item whatever its length", async () => {
  const world = createWorld({ bufferBytesMax: 10 });
  const subscription = await subscribe(world);
  for (const value of ["aaaa", "bbbb", "cccc", "d".repeat(50)]) world.server.publish("news", value);
  await world.settle();
  subscription.unsubscribe();
  const seen: string[] = [];
  for await (const entry of subscription.events()) seen.push(entry.toString().slice(-8));
  assert.equal(seen.length, 2);
  assert.equal(seen[1], "dddddddd");
});

test("a gap of the wire comes where it is", async () => {
  const world = createWorld();
  const gaps: string[] = [];
  const subscription = await subscribe(world, gaps);
  await publish(world, 1, 1);
  world.server.restart();
  world.server.publish("news", "new");
  await world.recover();
  const iterator = subscription[Symbol.asyncIterator]();
  assert.equal((await iterator.next()).value?.valueString(), "1");
  assert.deepEqual(gaps, []);
  assert.equal((await iterator.next()).value?.valueString(), "new");
  assert.equal(gaps.length, 1);
  await iterator.return(undefined);
});

test("the loop ends after unsubscribe, and throws the error that has ended the subscription", async () => {
  const world = createWorld();
  const subscription = await subscribe(world);
  const waiting = subscription[Symbol.asyncIterator]().next();
  subscription.unsubscribe();
  assert.deepEqual(await waiting, { done: true, value: undefined });
  const ended = await subscribe(world);
  await publish(world, 1, 1);
  for (const socket of world.server.sockets) socket.endSubscription("news", "PermissionDenied");
  await world.settle();
  const iterator = ended[Symbol.asyncIterator]();
  assert.equal((await iterator.next()).value?.valueString(), "1");
  await assert.rejects(iterator.next(), { name: "SdkError", message: "PermissionDenied" });
  assert.equal((await iterator.next()).done, true);
});

test("with onItem there is nothing to iterate", async () => {
  const { subscription } = await createWorld().subscribe("news");
  await assert.rejects(subscription[Symbol.asyncIterator]().next(), /onItem/);
});

// On every way: going on after a cut, and being told exactly what cannot be had any more.

import assert from "node:assert/strict";
import {
  nextItem,
  nextItems,
  nextValues,
  onEveryWay,
  readUntil,
  startWorld,
} from "../../testing/ways/suite.js";
import type { WayEvent } from "../../testing/ways/way.js";
import { startPublishing } from "../../testing/ways/publishing.js";

onEveryWay("goes on after hard cuts while items are published, none lost and none twice", async (t, way) => {
  const world = await startWorld(t);
  let subscriber = await world.open(way);
  const publishing = startPublishing(world);
  const items = await nextItems(subscriber, 20);
  for (let cuts = 0; cuts < 5; cuts++) {
    const { cursor } = subscriber;
    subscriber.cut();
    subscriber = await world.open(way, { cursor });
    items.push(...(await nextItems(subscriber, 20)));
  }
  const last = await publishing.stop();
  items.push(...(await nextItems(subscriber, last - items.length)));
  assert.deepEqual(
    items.map(({ sequence, value }) => [sequence, value]),
    Array.from({ length: last }, (_, i) => [i + 1, `item ${i + 1}`]),
  );
});

onEveryWay(
  "goes on at the newest item + 1 with what comes next, and without a discontinuity",
  async (t, way) => {
    const world = await startWorld(t);
    const first = await world.open(way);
    await world.publish("one");
    await nextItem(first);
    first.cut();
    const second = await world.open(way, { cursor: first.cursor });
    await world.publish("two");
    assert.deepEqual(await nextValues(second, 1), ["two"]);
  },
);

onEveryWay("a number without its page counts in the present one", async (t, way) => {
  const world = await startWorld(t);
  for (const value of ["one", "two", "three"]) await world.publish(value);
  const subscriber = await world.open(way, { cursor: { sequence: 2, page: 0 } });
  assert.deepEqual(await nextValues(subscriber, 2), ["two", "three"]);
});

onEveryWay(
  "a number that the topic has not reached, or another page: a discontinuity, then all",
  async (t, way) => {
    const world = await startWorld(t);
    await world.publish("one");
    const probe = await world.open(way, { cursor: { sequence: 1, page: 0 } });
    const { page } = await nextItem(probe);
    for (const cursor of [
      { sequence: 1000, page },
      { sequence: 5, page: page - 1 },
      { sequence: 3, page: page + 1000 },
    ]) {
      const subscriber = await world.open(way, { cursor });
      const told = await subscriber.next();
      const lastSequence = cursor.sequence - 1;
      assert.deepEqual(told, { kind: "discontinuity", lastSequence, newSequence: 0, newPage: page });
      assert.deepEqual(subscriber.cursor, { sequence: 1, page });
      assert.deepEqual(await nextValues(subscriber, 1), ["one"]);
    }
  },
);

onEveryWay("what the ring has lost meanwhile is told, with its numbers", async (t, way) => {
  const world = await startWorld(t, { flags: { "ring-items": "10" } });
  const first = await world.open(way);
  await world.publish("item 1");
  const { page } = await nextItem(first);
  first.cut();
  for (let i = 2; i <= 31; i++) await world.publish(`item ${i}`);
  const second = await world.open(way, { cursor: first.cursor });
  const told = await second.next();
  assert.deepEqual(told, { kind: "discontinuity", lastSequence: 1, newSequence: 21, newPage: page });
  assert.deepEqual(
    await nextValues(second, 10),
    Array.from({ length: 10 }, (_, i) => `item ${i + 22}`),
  );
});

/** Every number from 1 to `last` was received, or was said to be lost, and each once. */
function countAll(events: readonly WayEvent[], last: number): { received: number; lost: number } {
  let next = 1;
  let lost = 0;
  for (const event of events) {
    if (event.kind === "item") {
      assert.equal(event.sequence, next);
      next++;
    } else if (event.kind === "discontinuity") {
      assert.equal(event.lastSequence, next - 1);
      assert.ok(event.newSequence > event.lastSequence);
      lost += event.newSequence - event.lastSequence;
      next = event.newSequence + 1;
    } else assert.fail(JSON.stringify(event));
  }
  assert.equal(next, last + 1);
  return { received: last - lost, lost };
}

onEveryWay("a slow reader is told what the ring has lost, and gets all the rest", async (t, way) => {
  const world = await startWorld(t, { flags: { "ring-items": "32" } });
  const subscriber = await world.open(way);
  await world.publish("first");
  await nextItem(subscriber);
  subscriber.pause();
  // More than sockets hold between a server that writes and a client that does not read.
  const count = 512;
  const padding = Buffer.alloc(64 * 1024, "x");
  for (let i = 0; i < count; i++) await world.publish(padding);
  subscriber.resume();
  await world.publish("last");
  const events = await readUntil(subscriber, (event) => event.kind === "item" && event.value === "last");
  const { received, lost } = countAll([{ kind: "item", sequence: 1 } as WayEvent, ...events], count + 2);
  assert.ok(lost > 0, "nothing was lost: it was not slow");
  assert.ok(received >= 32, "what the ring has was not sent");
});

onEveryWay("a fresh subscription begins with the items of the fresh window", async (t, way) => {
  const world = await startWorld(t, { flags: { "fresh-window-ms": "60000" } });
  for (const value of ["one", "two"]) await world.publish(value);
  const subscriber = await world.open(way);
  await world.publish("three");
  assert.deepEqual(await nextValues(subscriber, 3), ["one", "two", "three"]);
});

onEveryWay("without a fresh window a fresh subscription begins with the next item", async (t, way) => {
  const world = await startWorld(t, { flags: { "fresh-window-ms": "0" } });
  for (const value of ["one", "two"]) await world.publish(value);
  const subscriber = await world.open(way);
  await world.publish("three");
  const item = await nextItem(subscriber);
  assert.deepEqual([item.value, item.sequence], ["three", 3]);
});

// On every way: what is published arrives, as it was, in order, and with what belongs to it.

import assert from "node:assert/strict";
import {
  nextItem,
  nextItems,
  nextValues,
  onEveryWay,
  onEveryWayToPublish,
  place,
  startGuardedWorld,
  startWorld,
} from "../../testing/ways/suite.js";

const MIB = 1024 * 1024;

onEveryWay("items come live, in order, each once", async (t, way) => {
  const world = await startWorld(t);
  const subscriber = await world.open(way);
  const sent = Array.from({ length: 200 }, (_, i) => `item ${i + 1}`);
  for (const value of sent) await world.publish(value);
  const items = await nextItems(subscriber, sent.length);
  assert.deepEqual(
    items.map(({ value }) => value),
    sent,
  );
  assert.deepEqual(
    items.map(({ sequence }) => sequence),
    sent.map((_, i) => i + 1),
  );
  assert.equal(new Set(items.map(({ page }) => page)).size, 1);
});

onEveryWay("text comes as text and bytes as bytes, unchanged", async (t, way) => {
  const world = await startWorld(t);
  const subscriber = await world.open(way);
  const values = [
    "plain",
    "",
    "zażółć gęślą jaźń 🎈",
    // What line-based wires, JSON and decoders of UTF-8 trip over.
    'one\ntwo\r\nthree\r"quoted"\\\u0000\u001f\u007f\u2028\u2029',
    "\ufeffafter a byte order mark",
    "data: x\n\nevent: ended\nid: 1:1\n\n",
    Buffer.alloc(0),
    Buffer.from(Array.from({ length: 256 }, (_, i) => i)),
    Buffer.from("text that was published as bytes"),
    Buffer.from([0xc3, 0x28, 0xff]),
  ];
  for (const value of values) await world.publish(value);
  assert.deepEqual(await nextValues(subscriber, values.length), values);
});

onEveryWay("a value may have 1 MiB", async (t, way) => {
  const world = await startWorld(t);
  const subscriber = await world.open(way);
  const values = [
    "a".repeat(MIB),
    "€".repeat(MIB / 4) + "\u0001".repeat(MIB / 4),
    Buffer.alloc(MIB, "\u0000\u00ffxyz"),
  ];
  for (const value of values) await world.publish(value);
  assert.deepEqual(await nextValues(subscriber, values.length), values);
});

onEveryWay("an item has the id of its publisher, or none", async (t, way) => {
  const world = await startGuardedWorld(t);
  const subscriber = await world.open(way, { token: await world.makeToken() });
  await world.publish("hers", place, await world.makeToken({ id: "alice" }));
  await world.publish("the owner's");
  assert.deepEqual(
    (await nextItems(subscriber, 2)).map(({ value, publisherId }) => [value, publisherId]),
    [
      ["hers", "alice"],
      ["the owner's", ""],
    ],
  );
});

onEveryWay("names may hold slashes, spaces and every script", async (t, way) => {
  const world = await startWorld(t);
  const at = { cacheName: "my/cache é&?#%2F", topic: "news/日本 🎈?a=b&c#d%2F+" };
  await world.createCache(at.cacheName);
  const subscriber = await world.open(way, { place: at });
  await world.publish("elsewhere", { ...at, topic: "news" });
  await world.publish("here", at);
  assert.equal((await nextItem(subscriber)).value, "here");
});

onEveryWayToPublish("publishes text and bytes, empty ones and of 1 MiB", async (t, publish, way) => {
  const world = await startWorld(t);
  const subscriber = await world.open(way);
  const values = ["text\r\n\u0000\ufeff🎈", "", Buffer.alloc(0), Buffer.from([0, 255, 10]), "b".repeat(MIB)];
  values.push(Buffer.alloc(MIB, 0xfe));
  for (const value of values) assert.equal(await publish(world.server, place, value), undefined);
  assert.deepEqual(await nextValues(subscriber, values.length), values);
});

onEveryWayToPublish("says why it does not publish", async (t, publish) => {
  const world = await startGuardedWorld(t);
  const { server } = world;
  const reader = await world.makeToken({ permissions: ["read"] });
  assert.equal(await publish(server, place, "x", reader), "permission_denied");
  assert.equal(await publish(server, place, "x", "nonsense"), "unauthenticated");
  assert.equal(await publish(server, place, "x"), "unauthenticated");
  const missing = { ...place, cacheName: "nowhere" };
  assert.equal(await publish(server, missing, "x", server.firstApiKey), "not_found");
});

onEveryWayToPublish("refuses what is longer than 1 MiB", async (t, publish) => {
  const { server } = await startWorld(t);
  assert.equal(await publish(server, place, Buffer.alloc(MIB + 1)), "resource_exhausted");
});

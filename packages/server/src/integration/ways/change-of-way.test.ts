// A cursor means the same on every way: a subscriber leaves one in mid-stream and goes on by another, and has every item once.

import assert from "node:assert/strict";
import { test } from "node:test";
import { startPublishing } from "../../testing/ways/publishing.js";
import { WAYS, nextItem, nextItems, startWorld } from "../../testing/ways/suite.js";

for (const from of WAYS)
  for (const to of WAYS) {
    test(`from ${from.name} to ${to.name} in mid-stream: every item once`, async (t) => {
      const world = await startWorld(t);
      const first = await world.open(from);
      const publishing = startPublishing(world);
      const items = await nextItems(first, 15);
      const { cursor } = first;
      first.cut();
      const second = await world.open(to, { cursor });
      items.push(...(await nextItems(second, 15)));
      const last = await publishing.stop();
      while (items.length < last) items.push(await nextItem(second));
      assert.deepEqual(
        items.map(({ sequence, value }) => [sequence, value]),
        Array.from({ length: last }, (_, i) => [i + 1, `item ${i + 1}`]),
      );
    });
  }

test("through all ways one after the other, with bytes and text, and a discontinuity on the way", async (t) => {
  const world = await startWorld(t, { flags: { "ring-items": "5" } });
  let cursor = { sequence: 1, page: 0 };
  let count = 0;
  for (const way of [...WAYS, ...WAYS.toReversed()]) {
    for (let i = 0; i < 3; i++) await world.publish(++count % 2 === 0 ? `${count}` : Buffer.from(`${count}`));
    const subscriber = await world.open(way, { cursor });
    const values = (await nextItems(subscriber, 3)).map(({ value }) => String(value));
    assert.deepEqual(values, [`${count - 2}`, `${count - 1}`, `${count}`]);
    ({ cursor } = subscriber);
    subscriber.cut();
  }
  for (let i = 0; i < 8; i++) await world.publish(`${++count}`);
  for (const way of WAYS) {
    const subscriber = await world.open(way, { cursor });
    assert.deepEqual(await subscriber.next(), {
      kind: "discontinuity",
      lastSequence: count - 8,
      newSequence: count - 5,
      newPage: cursor.page,
    });
    assert.equal((await nextItem(subscriber)).sequence, count - 4);
  }
});

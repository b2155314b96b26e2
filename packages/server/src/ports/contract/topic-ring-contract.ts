// What a topic's ring must do: the part of the topic engine's contract about reading what was published before.

import assert from "node:assert/strict";
import {
  CONTRACT_LIMITS,
  NO_LIMIT,
  publish,
  recordingWatcher,
  text,
  textOf,
  watch,
  type ContractTest,
} from "./engine-under-test.js";

/** Registers the tests. */
export function topicRingContract(contractTest: ContractTest): void {
  readTests(contractTest);
  ageTests(contractTest);
}

function readTests(contractTest: ContractTest): void {
  contractTest(
    "read is inclusive, contiguous, and bounded by items and bytes but never empty-handed",
    async (engine) => {
      const handle = await watch(engine, "t", recordingWatcher());
      const empty = await handle.read(1, NO_LIMIT);
      assert.deepEqual([empty.firstSequence, empty.items.length, empty.head.sequence], [1, 0, 0]);
      for (let i = 1; i <= 10; i++) await publish(engine, "t", text(`${i}`.padEnd(100)));
      const numbers = async (from: number, itemsMax: number, bytesMax: number) => {
        const slice = await handle.read(from, { itemsMax, bytesMax });
        assert.deepEqual(slice.head, await handle.head());
        slice.items.forEach((item, i) => {
          assert.equal(item.sequence, slice.firstSequence + i);
          assert.equal(item.page, slice.head.page);
          assert.equal(textOf(item).trimEnd(), `${item.sequence}`);
        });
        return [slice.firstSequence, slice.items.length];
      };
      assert.deepEqual(await numbers(1, 100, 1e6), [1, 10]);
      assert.deepEqual(await numbers(0, 100, 1e6), [1, 10]);
      assert.deepEqual(await numbers(4, 100, 1e6), [4, 7]);
      assert.deepEqual(await numbers(4, 3, 1e6), [4, 3]);
      assert.deepEqual(await numbers(4, 100, 250), [4, 2]);
      assert.deepEqual(await numbers(4, 100, 200), [4, 2]);
      assert.deepEqual(await numbers(4, 100, 1), [4, 1]);
      assert.deepEqual(await numbers(10, 100, 1e6), [10, 1]);
      assert.deepEqual(await numbers(11, 100, 1e6), [11, 0]);
      assert.deepEqual(await numbers(1_000_000, 100, 1e6), [11, 0]);
    },
  );

  contractTest(
    "the ring keeps the newest items by count, and read starts at the first of them",
    async (engine) => {
      const handle = await watch(engine, "t", recordingWatcher());
      for (let i = 1; i <= 100; i++) await publish(engine, "t", text(`${i}`));
      const slice = await handle.read(5, NO_LIMIT);
      assert.equal(slice.firstSequence, 100 - CONTRACT_LIMITS.ringItemsMax + 1);
      assert.equal(slice.items.length, CONTRACT_LIMITS.ringItemsMax);
      assert.equal(slice.items.at(-1)?.sequence, 100);
    },
  );
}

function ageTests(contractTest: ContractTest): void {
  contractTest("the ring keeps items for its age and not longer; the head stays", async (engine) => {
    const handle = await watch(engine, "t", recordingWatcher());
    await publish(engine, "t", text("1"));
    await engine.advance(600);
    await publish(engine, "t", text("2"));
    await engine.advance(400);
    assert.equal((await handle.read(1, NO_LIMIT)).firstSequence, 1, "exactly at its age it is still there");
    await engine.advance(1);
    assert.deepEqual((await handle.read(1, NO_LIMIT)).items.map(textOf), ["2"]);
    await engine.advance(600);
    const slice = await handle.read(1, NO_LIMIT);
    assert.deepEqual([slice.firstSequence, slice.items.length, slice.head.sequence], [3, 0, 2]);
    assert.equal((await publish(engine, "t", text("3"))).sequence, 3, "a watched topic goes on counting");
  });

  contractTest("firstSince finds the first item of a window", async (engine) => {
    const handle = await watch(engine, "t", recordingWatcher());
    assert.equal(await handle.firstSince(0), 1);
    const startMs = engine.nowMs();
    for (let i = 0; i < 5; i++) {
      await publish(engine, "t", text("x"));
      await publish(engine, "t", text("y"));
      await engine.advance(100);
    }
    assert.equal(await handle.firstSince(0), 1);
    assert.equal(await handle.firstSince(startMs), 1);
    assert.equal(await handle.firstSince(startMs + 1), 3);
    assert.equal(await handle.firstSince(startMs + 400), 9);
    assert.equal(await handle.firstSince(startMs + 401), 11);
    await engine.advance(700);
    assert.equal(await handle.firstSince(0), 5, "what has aged out is not found");
  });
}

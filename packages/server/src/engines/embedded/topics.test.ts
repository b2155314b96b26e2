// The embedded topic engine: the contract, and its own bounds of bytes, topics and work.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ServiceError } from "../../kernel/errors.js";
import { silentLogger } from "../../kernel/log.js";
import { recordingWatcher } from "../../ports/contract/engine-under-test.js";
import { topicEngineContract } from "../../ports/contract/topic-engine-contract.js";
import type { TopicHead, TopicWatch } from "../../ports/topic-engine.js";
import { createFakeClock } from "../../testing/fake-clock.js";
import { startEmbeddedCatalog } from "./catalog.js";
import { MemoryFileSystem } from "../../testing/memory-file-system.js";
import { ITEM_OVERHEAD_BYTES } from "./topic.js";
import { EmbeddedTopics, type TopicLimits } from "./topics.js";
import { runTopicsBench } from "./topics.bench.js";

const LIMITS: TopicLimits = {
  ringItemsMax: 8192,
  ringBytesMax: 8_388_608,
  ringAgeMs: 60_000,
  ringBytesTotalMax: 268_435_456,
  topicsMax: 1_000_000,
  topicIdleMs: 60_000,
  topicSweepIntervalMs: 1000,
  topicSweepStepsMax: 10_000,
};

const ALL = { itemsMax: 1e6, bytesMax: 1e12 };

topicEngineContract("embedded topics", async (limits) => {
  const clock = createFakeClock();
  const topics = new EmbeddedTopics({ clock, limits: { ...LIMITS, ...limits } });
  const catalog = await startEmbeddedCatalog({
    dataDir: "/data",
    clock,
    limits: { cachesMax: 100, apiKeysMax: 100, rolesMax: 100, signingKeysMax: 100, revocationsMax: 100 },
    log: silentLogger,
    files: new MemoryFileSystem(),
    onCacheAdded: (name) => topics.addCache(name),
    onCacheRemoved: (name) => topics.removeCache(name),
  });
  return {
    topics,
    catalog,
    nowMs: () => clock.nowMs(),
    advance(durationMs) {
      clock.advance(durationMs);
      return Promise.resolve();
    },
    async close() {
      await catalog.close();
      topics.close();
    },
  };
});

function setUp(limits: Partial<TopicLimits> = {}) {
  const clock = createFakeClock();
  const topics = new EmbeddedTopics({ clock, limits: { ...LIMITS, ...limits } });
  topics.addCache("c");
  const publish = (topic: string, size: number): TopicHead => {
    const head = topics.publish("c", topic, { kind: "binary", value: new Uint8Array(size) }, "");
    assert.ok(typeof head === "object");
    return head;
  };
  const watch = (topic: string): TopicWatch => {
    const handle = topics.watch("c", topic, recordingWatcher());
    assert.ok(typeof handle === "object");
    return handle;
  };
  const held = async (topic: string) => {
    const handle = watch(topic);
    const slice = await handle.read(0, ALL);
    handle.close();
    return slice.items.map((item) => item.sequence);
  };
  return { clock, topics, publish, watch, held };
}

test("a ring is bounded by the memory that it pins; the newest item stays whatever its size", async () => {
  const { publish, held, topics } = setUp({ ringBytesMax: 10_000 });
  for (let i = 0; i < 100; i++) publish("t", 1000);
  const kept = await held("t");
  assert.ok(kept.length >= 4 && kept.length <= 8, `${kept.length} items of 1000 bytes in 10000`);
  assert.equal(kept.at(-1), 100);
  assert.ok(topics.stats().ringBytes <= 10_000);
  publish("t", 50_000);
  assert.deepEqual(await held("t"), [101]);
  publish("t", 10);
  assert.deepEqual(await held("t"), [102]);
  assert.ok(topics.stats().ringBytes <= 10_000);
});

test("memory accounts for at least the bytes, and not much more than twice of them", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 5000 }), { minLength: 1, maxLength: 200 }), (sizes) => {
      const { topics, publish, clock } = setUp({ ringItemsMax: 50 });
      sizes.forEach((size, i) => {
        publish("t", size);
        const recent = sizes.slice(Math.max(0, i - 49), i + 1);
        const bytes = recent.reduce((sum, one) => sum + one + ITEM_OVERHEAD_BYTES, 0);
        const { ringBytes } = topics.stats();
        assert.ok(ringBytes >= bytes, `${ringBytes} >= ${bytes}`);
        // A block at either end may be partly in use.
        assert.ok(ringBytes <= 2 * bytes + 2 * 16_384, `${ringBytes} <= twice ${bytes}`);
      });
      clock.advance(61_000 + 1000);
      assert.equal(topics.stats().ringBytes, 0);
    }),
    { numRuns: 50 },
  );
});

test("a lone small item takes no more than itself", () => {
  const { topics, publish } = setUp();
  for (let i = 0; i < 100; i++) publish(`t${i}`, 10);
  assert.equal(topics.stats().ringBytes, 100 * (10 + ITEM_OVERHEAD_BYTES));
});

test("all rings together are bounded: others give way, the item being published never does", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(8), fc.integer({ min: 0, max: 3000 })), { maxLength: 300 }),
      (publishes) => {
        const { topics, publish, watch } = setUp({ ringBytesTotalMax: 20_000 });
        for (const [topic, size] of publishes) {
          const head = publish(`t${topic}`, size);
          assert.ok(topics.stats().ringBytes <= 20_000);
          const handle = watch(`t${topic}`);
          const slice = handle.read(head.sequence, ALL);
          assert.ok(
            !(slice instanceof Promise) &&
              slice.items.length === 1 &&
              slice.items[0]?.value.byteLength === size,
          );
          handle.close();
        }
      },
    ),
    { numRuns: 100 },
  );
});

test("one item above the total is kept alone, and makes way for the next", async () => {
  const { publish, held } = setUp({ ringBytesTotalMax: 1000 });
  publish("a", 100);
  publish("b", 5000);
  assert.deepEqual([await held("a"), await held("b")], [[], [1]]);
  publish("a", 100);
  assert.deepEqual([await held("a"), await held("b")], [[2], []]);
});

test("topics beyond the limit are refused until idle ones are forgotten", () => {
  const { clock, publish, topics, watch } = setUp({ topicsMax: 3 });
  publish("a", 1);
  watch("b");
  const c = watch("c");
  const refused = (error: unknown) => error instanceof ServiceError && error.code === "resource_exhausted";
  assert.throws(() => publish("d", 1), refused);
  assert.throws(() => watch("d"), refused);
  publish("a", 1);
  c.close();
  clock.advance(59_999);
  assert.throws(() => publish("d", 1), refused);
  clock.advance(2500);
  assert.equal(publish("d", 1).sequence, 1);
  watch("e");
  assert.throws(() => watch("f"), refused);
  assert.equal(topics.stats().topics, 3);
});

test("at the limit an idle topic makes way at once, without waiting for the sweep", () => {
  const { clock, publish, watch } = setUp({ topicsMax: 1, topicSweepIntervalMs: 10_000_000 });
  watch("a").close();
  clock.advance(60_001);
  assert.equal(publish("b", 1).sequence, 1);
});

test("who drops and resumes within exactly the idle time sees the same page", async () => {
  const { clock, publish, watch } = setUp();
  const first = watch("t");
  const head = publish("t", 1);
  clock.advance(100_000);
  first.close();
  clock.advance(60_000);
  assert.equal((await watch("t").head()).page, head.page);
});

test("a page is larger than that of any topic dropped before, also when the wall clock was set back", async () => {
  const { clock, topics, publish, watch } = setUp();
  clock.setWallClock(5_000_000);
  const before = publish("t", 1).page;
  topics.removeCache("c");
  topics.addCache("c");
  clock.setWallClock(1000);
  const after = (await watch("u").head()).page;
  assert.ok(after > before, `${after} > ${before}`);
});

test("each sweep does a bounded part of the work, and all of it gets done", () => {
  const { clock, topics, publish } = setUp({ topicSweepStepsMax: 100 });
  for (let i = 0; i < 1000; i++) publish(`t${i}`, 1);
  clock.advance(61_000);
  assert.equal(topics.stats().topics, 1000 - 34, "three steps each: looking, dropping an item, forgetting");
  clock.advance(60_000);
  assert.deepEqual(topics.stats(), { topics: 0, ringBytes: 0 });
});

test("items that aged out are dropped by the sweep, watched or not", () => {
  const { clock, topics, publish, watch } = setUp();
  watch("t");
  for (let i = 0; i < 100; i++) publish("t", 100);
  clock.advance(61_000);
  assert.deepEqual(topics.stats(), { topics: 1, ringBytes: 0 });
});

test("a deleted cache gives all its memory back", () => {
  const { topics, publish, watch } = setUp();
  for (let i = 0; i < 50; i++) {
    publish(`t${i % 5}`, 100);
    watch(`w${i % 5}`);
  }
  const handle = watch("t1");
  topics.removeCache("c");
  topics.removeCache("c");
  assert.deepEqual(topics.stats(), { topics: 0, ringBytes: 0 });
  handle.close();
  topics.addCache("c");
  topics.addCache("c");
  publish("t1", 1);
  assert.equal(topics.stats().topics, 1);
});

test("the bench runs", () => {
  for (const result of runTopicsBench({ publishes: 2000, rounds: 1 })) {
    assert.ok(result.nsPerPublish > 0);
    assert.equal(result.delivered, result.watchers * 2000);
  }
});

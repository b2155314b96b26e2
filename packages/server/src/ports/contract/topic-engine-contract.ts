// What every topic engine must do, as tests: an engine's own test file calls this with a way to make one.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ServiceError } from "../../kernel/errors.js";
import type { TopicItem, TopicValue, TopicWatch, TopicWatcher } from "../topic-engine.js";
import {
  CONTRACT_LIMITS,
  NO_LIMIT,
  publish,
  recordingWatcher,
  text,
  textOf,
  watch,
  type ContractTest,
  type CreateEngine,
} from "./engine-under-test.js";
import { topicEngineModelTest } from "./topic-engine-model.js";
import { topicRingContract } from "./topic-ring-contract.js";

/** Registers the tests under `name`. */
export function topicEngineContract(name: string, create: CreateEngine): void {
  const contractTest: ContractTest = (title, body) => {
    void test(`${name}: ${title}`, async () => {
      const engine = await create(CONTRACT_LIMITS);
      try {
        await engine.catalog.createCache("c");
        await body(engine);
      } finally {
        await engine.close();
      }
    });
  };
  publishTests(contractTest);
  watchTests(contractTest);
  topicRingContract(contractTest);
  lifeTests(contractTest);
  cacheTests(contractTest);
  cacheDeletionTests(contractTest);
  topicEngineModelTest(name, create);
}

function publishTests(contractTest: ContractTest): void {
  contractTest("sequences start at 1 and grow by 1, each topic for itself", async (engine) => {
    for (let i = 1; i <= 40; i++) {
      assert.equal((await publish(engine, "a", text("x"))).sequence, i);
      if (i % 2 === 0) assert.equal((await publish(engine, "b", text("x"))).sequence, i / 2);
    }
    const a = await publish(engine, "a", text("x"));
    assert.equal(a.page, (await publish(engine, "a", text("y"))).page);
    assert.ok(Number.isSafeInteger(a.page) && a.page > 0);
  });

  contractTest("concurrent publishes never get one number, and are seen in its order", async (engine) => {
    const watcher = recordingWatcher();
    await watch(engine, "t", watcher);
    const heads = await Promise.all(Array.from({ length: 50 }, (_, i) => publish(engine, "t", text(`${i}`))));
    const numbers = heads.map((head) => head.sequence).sort((a, b) => a - b);
    assert.deepEqual(
      numbers,
      Array.from({ length: 50 }, (_, i) => i + 1),
    );
    const seen = watcher.seen.map((item) => (item as TopicItem).sequence);
    assert.deepEqual(seen, numbers);
  });

  contractTest("kind, bytes, publisher and time are kept as they came", async (engine) => {
    const watcher = recordingWatcher();
    const handle = await watch(engine, "t", watcher);
    const values: TopicValue[] = [
      { kind: "text", value: Buffer.from("grüße 😀 \0") },
      { kind: "binary", value: Uint8Array.from({ length: 256 }, (_, i) => i) },
      { kind: "text", value: new Uint8Array(0) },
      { kind: "binary", value: new Uint8Array(0) },
      { kind: "binary", value: new Uint8Array(1_048_576).fill(7) },
      { kind: "binary", value: Buffer.from("a part of more").subarray(2, 6) },
    ];
    for (const value of values) await engine.topics.publish("c", "t", value, "alice");
    for (const items of [watcher.seen as TopicItem[], (await handle.read(1, NO_LIMIT)).items]) {
      assert.equal(items.length, values.length);
      items.forEach((item, i) => {
        assert.equal(item.kind, values[i]?.kind);
        assert.ok(
          Buffer.from(item.value).equals(values[i]?.value ?? new Uint8Array(1)),
          `bytes of item ${i}`,
        );
        assert.equal(item.publisherId, "alice");
        assert.equal(item.publishedAtMs, engine.nowMs());
      });
    }
  });

  contractTest("the caller's bytes are copied before publish returns", async (engine) => {
    const handle = await watch(engine, "t", recordingWatcher());
    const bytes = Buffer.from("first");
    for (const content of ["first", "again", "third"]) {
      bytes.write(content);
      const answer = engine.topics.publish("c", "t", { kind: "text", value: bytes }, "");
      bytes.fill("#");
      await answer;
    }
    assert.deepEqual((await handle.read(1, NO_LIMIT)).items.map(textOf), ["first", "again", "third"]);
  });
}

function watchTests(contractTest: ContractTest): void {
  contractTest("watchers are told in the order in which they came, until they close", async (engine) => {
    const told: string[] = [];
    const named = (name: string): TopicWatcher => ({
      appended: (item) => void told.push(`${name}${item.sequence}`),
      cacheDeleted: () => void told.push(`${name}!`),
    });
    const a = await watch(engine, "t", named("a"));
    await watch(engine, "t", named("b"));
    await publish(engine, "t", text("x"));
    await watch(engine, "t", named("c"));
    await publish(engine, "t", text("x"));
    a.close();
    a.close();
    await publish(engine, "t", text("x"));
    await publish(engine, "other", text("x"));
    assert.deepEqual(told, ["a1", "b1", "a2", "b2", "c2", "b3", "c3"]);
  });

  contractTest(
    "a watcher that closes itself or another while being told disturbs nobody else",
    async (engine) => {
      const told: string[] = [];
      const handles: TopicWatch[] = [];
      const closing = (name: string, ...indexes: number[]): TopicWatcher => ({
        appended(item) {
          told.push(`${name}${item.sequence}`);
          for (const index of indexes) handles[index]?.close();
        },
        cacheDeleted: () => {},
      });
      handles.push(await watch(engine, "t", closing("a")));
      handles.push(await watch(engine, "t", closing("b", 1, 2)));
      handles.push(await watch(engine, "t", closing("c")));
      handles.push(await watch(engine, "t", closing("d", 0)));
      await publish(engine, "t", text("x"));
      await publish(engine, "t", text("x"));
      assert.deepEqual(told, ["a1", "b1", "d1", "d2"]);
    },
  );
}

function lifeTests(contractTest: ContractTest): void {
  const longIdleMs =
    CONTRACT_LIMITS.ringAgeMs + CONTRACT_LIMITS.topicIdleMs + 3 * CONTRACT_LIMITS.topicSweepIntervalMs;

  contractTest(
    "a topic that nobody needs is forgotten: it returns with a larger page, from 1",
    async (engine) => {
      const first = await publish(engine, "t", text("x"));
      await engine.advance(longIdleMs);
      const second = await publish(engine, "t", text("x"));
      assert.ok(second.page > first.page, `${second.page} > ${first.page}`);
      assert.equal(second.sequence, 1);
    },
  );

  contractTest("a topic is not forgotten while it is watched, nor just after", async (engine) => {
    const first = await publish(engine, "t", text("x"));
    const handle = await watch(engine, "t", recordingWatcher());
    await engine.advance(longIdleMs * 5);
    handle.close();
    await engine.advance(CONTRACT_LIMITS.topicIdleMs);
    const back = await watch(engine, "t", recordingWatcher());
    assert.deepEqual(await back.head(), { page: first.page, sequence: 1 });
    assert.deepEqual(await publish(engine, "t", text("x")).then((head) => head.sequence), 2);
  });

  contractTest(
    "a watched topic that was never published to has a page already, and keeps it",
    async (engine) => {
      const handle = await watch(engine, "t", recordingWatcher());
      const head = await handle.head();
      assert.equal(head.sequence, 0);
      await engine.advance(longIdleMs);
      assert.deepEqual(await handle.head(), head);
      assert.equal((await publish(engine, "t", text("x"))).page, head.page);
    },
  );
}

function cacheTests(contractTest: ContractTest): void {
  contractTest("a missing cache is an answer, not an error", async (engine) => {
    assert.equal(await engine.topics.publish("none", "t", text("x"), ""), "cache_not_found");
    assert.equal(await engine.topics.watch("none", "t", recordingWatcher()), "cache_not_found");
    await engine.catalog.createCache("none");
    assert.equal(typeof (await engine.topics.publish("none", "t", text("x"), "")), "object");
  });

  contractTest("one topic name in two caches is two topics", async (engine) => {
    await engine.catalog.createCache("d");
    await publish(engine, "t", text("x"));
    const head = await engine.topics.publish("d", "t", text("x"), "");
    assert.equal(typeof head === "object" ? head.sequence : head, 1);
  });
}

function cacheDeletionTests(contractTest: ContractTest): void {
  contractTest("deleting a cache tells its open watchers once, and nobody else", async (engine) => {
    await engine.catalog.createCache("d");
    const [a, b, closed, elsewhere] = [
      recordingWatcher(),
      recordingWatcher(),
      recordingWatcher(),
      recordingWatcher(),
    ];
    const handle = await watch(engine, "t", a);
    await watch(engine, "u", b);
    (await watch(engine, "t", closed)).close();
    await engine.topics.watch("d", "t", elsewhere);
    await publish(engine, "t", text("x"));
    assert.equal(await engine.catalog.deleteCache("c"), "deleted");
    assert.deepEqual(a.seen.slice(1), ["cache_deleted"]);
    assert.deepEqual(b.seen, ["cache_deleted"]);
    assert.deepEqual([closed.seen, elsewhere.seen], [[], []]);
    assert.equal(await engine.topics.publish("c", "t", text("x"), ""), "cache_not_found");
    assert.equal(await engine.topics.watch("c", "t", recordingWatcher()), "cache_not_found");
    handle.close();
  });

  contractTest(
    "a cache that returns has topics with larger pages, and old watchers hear nothing of them",
    async (engine) => {
      const watcher = recordingWatcher();
      await watch(engine, "t", watcher);
      const first = await publish(engine, "t", text("old"));
      await engine.catalog.deleteCache("c");
      await engine.catalog.createCache("c");
      const handle = await watch(engine, "t", recordingWatcher());
      const head = await handle.head();
      assert.ok(head.page > first.page);
      assert.equal(head.sequence, 0);
      assert.deepEqual((await handle.read(0, NO_LIMIT)).items, []);
      await publish(engine, "t", text("new"));
      assert.deepEqual(
        watcher.seen.map((item) => (item === "cache_deleted" ? item : textOf(item))),
        ["old", "cache_deleted"],
      );
    },
  );

  contractTest(
    "a watcher may come back from inside cacheDeleted, and is told that the cache is gone",
    async (engine) => {
      let answer: unknown;
      await watch(engine, "t", {
        appended: () => {},
        cacheDeleted: () => {
          answer = engine.topics.watch("c", "t", recordingWatcher());
        },
      });
      await engine.catalog.deleteCache("c");
      assert.equal(await answer, "cache_not_found");
    },
  );

  contractTest("after close, changes are refused", async (engine) => {
    await engine.close();
    await assert.rejects(engine.catalog.createCache("late"), ServiceError);
  });
}

// A topic engine against a plain model of it: random histories of publishes, watches, reads, waits and deleted caches.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { TopicItem, TopicWatch } from "../topic-engine.js";
import {
  CONTRACT_LIMITS,
  recordingWatcher,
  type CreateEngine,
  type EngineUnderTest,
} from "./engine-under-test.js";

interface ModelItem {
  readonly sequence: number;
  readonly content: string;
  readonly publishedAtMs: number;
}

interface ModelTopic {
  page: number;
  items: ModelItem[];
  sequence: number;
  watchers: number;
  activeAtMs: number;
}

interface ModelWatch {
  readonly handle: TopicWatch;
  readonly watcher: ReturnType<typeof recordingWatcher>;
  readonly topic: ModelTopic;
  readonly expected: (ModelItem | "cache_deleted")[];
  open: boolean;
}

interface Model {
  readonly caches: Map<string, Map<string, ModelTopic>>;
  readonly watches: ModelWatch[];
  /** Highest page that any topic ever had, by cache and topic name. */
  readonly pages: Map<string, number>;
}

type Command = fc.AsyncCommand<Model, EngineUnderTest>;

function retained(topic: ModelTopic, nowMs: number): ModelItem[] {
  const recent = topic.items.slice(-CONTRACT_LIMITS.ringItemsMax);
  return recent.filter((item) => nowMs - item.publishedAtMs <= CONTRACT_LIMITS.ringAgeMs);
}

/** The engine may have forgotten the topic by now; it need not. */
function mayBeForgotten(topic: ModelTopic, nowMs: number): boolean {
  return (
    topic.watchers === 0 &&
    retained(topic, nowMs).length === 0 &&
    nowMs - topic.activeAtMs > CONTRACT_LIMITS.topicIdleMs
  );
}

/** The model's topic after the engine answered with `page`: the one that was there, or a new one with a larger page. */
function touch(model: Model, cache: string, name: string, page: number, nowMs: number): ModelTopic {
  const topics = model.caches.get(cache);
  assert.ok(topics !== undefined);
  const known = topics.get(name);
  if (known?.page === page) {
    known.activeAtMs = nowMs;
    return known;
  }
  if (known !== undefined) assert.ok(mayBeForgotten(known, nowMs), "only what nobody needs is forgotten");
  const key = JSON.stringify([cache, name]);
  const highest = model.pages.get(key);
  if (highest !== undefined) assert.ok(page > highest, `page ${page} is larger than ${highest}`);
  model.pages.set(key, page);
  const fresh: ModelTopic = { page, items: [], sequence: 0, watchers: 0, activeAtMs: nowMs };
  topics.set(name, fresh);
  return fresh;
}

function assertItem(
  item: TopicItem | "cache_deleted" | undefined,
  expected: ModelItem | "cache_deleted",
  page: number,
) {
  if (expected === "cache_deleted" || item === "cache_deleted" || item === undefined) {
    assert.equal(item, expected);
    return;
  }
  assert.equal(item.page, page);
  const { sequence, publishedAtMs } = item;
  assert.deepEqual(
    { sequence, publishedAtMs, content: Buffer.from(item.value).toString("latin1") },
    expected,
  );
}

function publishCommand(cache: string, topic: string, content: string): Command {
  return {
    check: () => true,
    toString: () => `publish ${cache}/${topic} ${JSON.stringify(content)}`,
    async run(model, engine) {
      const nowMs = engine.nowMs();
      const value = { kind: "binary", value: Buffer.from(content, "latin1") } as const;
      const head = await engine.topics.publish(cache, topic, value, "");
      if (!model.caches.has(cache)) {
        assert.equal(head, "cache_not_found");
        return;
      }
      assert.ok(typeof head === "object");
      const known = touch(model, cache, topic, head.page, nowMs);
      known.sequence += 1;
      assert.equal(head.sequence, known.sequence);
      const item = { sequence: head.sequence, content, publishedAtMs: nowMs };
      known.items.push(item);
      for (const watch of model.watches) if (watch.open && watch.topic === known) watch.expected.push(item);
      for (const watch of model.watches) {
        assert.equal(watch.watcher.seen.length, watch.expected.length, "told of this and nothing else");
        watch.expected.forEach((one, i) => assertItem(watch.watcher.seen[i], one, watch.topic.page));
      }
    },
  };
}

function watchCommand(cache: string, topic: string): Command {
  return {
    check: () => true,
    toString: () => `watch ${cache}/${topic}`,
    async run(model, engine) {
      const watcher = recordingWatcher();
      const handle = await engine.topics.watch(cache, topic, watcher);
      if (!model.caches.has(cache)) {
        assert.equal(handle, "cache_not_found");
        return;
      }
      assert.ok(typeof handle === "object");
      const head = await handle.head();
      const known = touch(model, cache, topic, head.page, engine.nowMs());
      assert.equal(head.sequence, known.sequence);
      known.watchers += 1;
      model.watches.push({ handle, watcher, topic: known, expected: [], open: true });
    },
  };
}

function closeCommand(index: number): Command {
  return {
    check: (model) => model.watches.length > 0,
    toString: () => `close ${index}`,
    run(model, engine) {
      const watch = model.watches[index % model.watches.length] as ModelWatch;
      watch.handle.close();
      if (watch.open) {
        watch.open = false;
        watch.topic.watchers -= 1;
        watch.topic.activeAtMs = engine.nowMs();
      }
      return Promise.resolve();
    },
  };
}

function readCommand(index: number, back: number, itemsMax: number, bytesMax: number): Command {
  return {
    check: (model) => model.watches.some((watch) => watch.open),
    toString: () => `read ${index} back ${back} max ${itemsMax} items ${bytesMax} bytes`,
    async run(model, engine) {
      const open = model.watches.filter((watch) => watch.open);
      const { handle, topic } = open[index % open.length] as ModelWatch;
      const from = topic.sequence + 1 - back;
      const slice = await handle.read(from, { itemsMax, bytesMax });
      assert.deepEqual(slice.head, { page: topic.page, sequence: topic.sequence });
      const wanted = retained(topic, engine.nowMs()).filter((item) => item.sequence >= from);
      assert.equal(slice.firstSequence, wanted[0]?.sequence ?? topic.sequence + 1);
      slice.items.forEach((item, i) => assertItem(item, wanted[i] as ModelItem, topic.page));
      assert.ok(slice.items.length <= Math.max(1, itemsMax));
      assert.ok(wanted.length === 0 || slice.items.length > 0);
      const bytes = slice.items.reduce((sum, item) => sum + item.value.byteLength, 0);
      const next = wanted[slice.items.length];
      if (next !== undefined && slice.items.length < itemsMax)
        assert.ok(bytes + next.content.length > bytesMax);
    },
  };
}

function firstSinceCommand(index: number, agoMs: number): Command {
  return {
    check: (model) => model.watches.some((watch) => watch.open),
    toString: () => `firstSince ${index} ${agoMs} ms ago`,
    async run(model, engine) {
      const open = model.watches.filter((watch) => watch.open);
      const { handle, topic } = open[index % open.length] as ModelWatch;
      const sinceMs = engine.nowMs() - agoMs;
      const first = retained(topic, engine.nowMs()).find((item) => item.publishedAtMs >= sinceMs);
      assert.equal(await handle.firstSince(sinceMs), first?.sequence ?? topic.sequence + 1);
    },
  };
}

function advanceCommand(durationMs: number): Command {
  return {
    check: () => true,
    toString: () => `advance ${durationMs}`,
    run: (_model, engine) => engine.advance(durationMs),
  };
}

function cacheCommand(cache: string, wanted: "create" | "delete"): Command {
  return {
    check: () => true,
    toString: () => `${wanted} ${cache}`,
    async run(model, engine) {
      const topics = model.caches.get(cache);
      if (wanted === "create") {
        const answer = await engine.catalog.createCache(cache);
        assert.equal(answer, topics === undefined ? "created" : "already_exists");
        if (topics === undefined) model.caches.set(cache, new Map());
        return;
      }
      assert.equal(await engine.catalog.deleteCache(cache), topics === undefined ? "not_found" : "deleted");
      model.caches.delete(cache);
      for (const watch of model.watches) {
        if (!watch.open || topics?.get(nameOf(topics, watch.topic)) !== watch.topic) continue;
        watch.open = false;
        watch.expected.push("cache_deleted");
        assert.equal(watch.watcher.seen.at(-1), "cache_deleted");
      }
    },
  };
}

function nameOf(topics: ReadonlyMap<string, ModelTopic>, topic: ModelTopic): string {
  for (const [name, other] of topics) if (other === topic) return name;
  return "";
}

function commands(): fc.Arbitrary<Iterable<Command>> {
  const cache = fc.constantFrom("c", "d");
  const topic = fc.constantFrom("t", "u");
  const content = fc.oneof(
    fc.string({ unit: "binary-ascii", maxLength: 20 }),
    fc.integer({ min: 0, max: 300 }).map((length) => "x".repeat(length)),
  );
  const index = fc.nat(20);
  const publish = fc.tuple(cache, topic, content).map((args) => publishCommand(...args));
  return fc.commands(
    [
      publish,
      publish,
      publish,
      fc.tuple(cache, topic).map((args) => watchCommand(...args)),
      index.map(closeCommand),
      fc
        .tuple(index, fc.integer({ min: -2, max: 30 }), fc.integer({ min: 1, max: 20 }), fc.nat(600))
        .map((args) => readCommand(...args)),
      fc.tuple(index, fc.nat(1500)).map((args) => firstSinceCommand(...args)),
      fc.constantFrom(0, 1, 50, 300, 1000, 1001, 2500).map(advanceCommand),
      fc
        .tuple(cache, fc.constantFrom("create" as const, "create" as const, "delete" as const))
        .map((args) => cacheCommand(...args)),
    ],
    { maxCommands: 60, size: "max" },
  );
}

/** Registers the test under `name`. */
export function topicEngineModelTest(name: string, create: CreateEngine): void {
  void test(`${name}: does what a plain model of it does`, async () => {
    await fc.assert(
      fc.asyncProperty(commands(), async (steps) => {
        const engine = await create(CONTRACT_LIMITS);
        try {
          await fc.asyncModelRun(async () => {
            await engine.catalog.createCache("c");
            const model: Model = {
              caches: new Map([["c", new Map<string, ModelTopic>()]]),
              watches: [],
              pages: new Map(),
            };
            return { model, real: engine };
          }, steps);
        } finally {
          await engine.close();
        }
      }),
      { numRuns: 150 },
    );
  });
}

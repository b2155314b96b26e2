// What the contract suites need of an engine: a way to make it, its time, and a watcher that writes down what it is told.

import assert from "node:assert/strict";
import type { Catalog } from "../catalog.js";
import type {
  TopicEngine,
  TopicHead,
  TopicItem,
  TopicValue,
  TopicWatch,
  TopicWatcher,
} from "../topic-engine.js";

/** Limits that the engine must be made with; those of bytes and of topics are to be out of the way. */
export interface ContractLimits {
  readonly ringItemsMax: number;
  readonly ringAgeMs: number;
  readonly topicIdleMs: number;
  readonly topicSweepIntervalMs: number;
}

/** An engine with an empty catalog beside it, and its own time. */
export interface EngineUnderTest {
  readonly topics: TopicEngine;
  readonly catalog: Catalog;
  nowMs(): number;
  /** Lets time pass for the engine, its sweeps included. */
  advance(durationMs: number): Promise<void>;
  close(): Promise<void>;
}

/** Registers one test that gets a new engine with the cache `c`. */
export type ContractTest = (title: string, body: (engine: EngineUnderTest) => Promise<void>) => void;

export type CreateEngine = (limits: ContractLimits) => Promise<EngineUnderTest>;

export const CONTRACT_LIMITS: ContractLimits = {
  ringItemsMax: 16,
  ringAgeMs: 1000,
  topicIdleMs: 1000,
  topicSweepIntervalMs: 100,
};

/** A watcher that writes down what it is told. */
export function recordingWatcher(): TopicWatcher & { readonly seen: (TopicItem | "cache_deleted")[] } {
  const seen: (TopicItem | "cache_deleted")[] = [];
  return {
    seen,
    appended: (item) => void seen.push(item),
    cacheDeleted: () => void seen.push("cache_deleted"),
  };
}

/** Limits of a read that wants everything. */
export const NO_LIMIT = { itemsMax: 1_000_000, bytesMax: 1_000_000_000 };

export function text(value: string): TopicValue {
  return { kind: "text", value: Buffer.from(value) };
}

export function textOf(item: TopicItem): string {
  return Buffer.from(item.value).toString();
}

/** Publishes to a topic of the cache `c`, which is there. */
export async function publish(engine: EngineUnderTest, topic: string, value: TopicValue): Promise<TopicHead> {
  const head = await engine.topics.publish("c", topic, value, "");
  assert.ok(typeof head === "object", "the cache is there");
  return head;
}

/** Watches a topic of the cache `c`, which is there. */
export async function watch(
  engine: EngineUnderTest,
  topic: string,
  watcher: TopicWatcher,
): Promise<TopicWatch> {
  const result = await engine.topics.watch("c", topic, watcher);
  assert.ok(typeof result === "object", "the cache is there");
  return result;
}

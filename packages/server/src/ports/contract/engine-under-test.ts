// What the contract suites need of an engine: a way to make it, its time, and a watcher that writes down what it is told.

import type { Catalog } from "../catalog.js";
import type { TopicEngine, TopicItem, TopicWatcher } from "../topic-engine.js";

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

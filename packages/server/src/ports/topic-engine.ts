// What topics need of an engine: numbering, a short ring, and being told of what was published.

import type { Awaitable } from "../kernel/awaitable.js";

/** What a publisher sends: text (valid UTF-8, kept as bytes) or binary. Never changed, never re-encoded. */
export interface TopicValue {
  readonly kind: "text" | "binary";
  readonly value: Uint8Array;
}

/** One published item, as every subscriber sees it. */
export interface TopicItem extends TopicValue {
  /** The life of the topic's numbering in which `sequence` counts (wire-contract.md 5.3). */
  readonly page: number;
  /** From 1, by exactly 1 within a page. */
  readonly sequence: number;
  /** The id of the publisher's token; empty when it has none. */
  readonly publisherId: string;
  readonly publishedAtMs: number;
}

/** The newest position of a topic: `sequence` is 0 while nothing was published in this page. */
export interface TopicHead {
  readonly page: number;
  readonly sequence: number;
}

/** A contiguous part of a topic's ring. */
export interface RingSlice {
  readonly head: TopicHead;
  /** Sequence of the first item in `items`; `head.sequence + 1` when there is none. */
  readonly firstSequence: number;
  /** Contiguous and ascending, all of `head.page`. */
  readonly items: readonly TopicItem[];
}

/**
 * Told of what happens to one topic. Called from the engine; must not throw, must not block, and must not publish to the same
 * topic (later watchers would see the two out of order).
 */
export interface TopicWatcher {
  /** A new item. Called in order of sequence, with no gap unless a `page` change or a hole shows in the item itself. */
  appended(item: TopicItem): void;
  /** The cache is gone, and with it the topic. Nothing is called after this. */
  cacheDeleted(): void;
}

/** One process's interest in one topic. */
export interface TopicWatch {
  /** The newest position. Every item after it is told to the watcher; those up to it may be read. */
  head(): Awaitable<TopicHead>;
  /** The sequence of the first retained item published at or after `publishedSinceMs`; the head's + 1 when there is none. */
  firstSince(publishedSinceMs: number): Awaitable<number>;
  /**
   * Retained items from `fromSequence` on (or from the first retained, when older ones are gone), at most `itemsMax` items
   * and not many more than `bytesMax` bytes of value, but at least one item when there is one.
   */
  read(
    fromSequence: number,
    limits: { readonly itemsMax: number; readonly bytesMax: number },
  ): Awaitable<RingSlice>;
  /** Ends the interest: the watcher is called no more. Allowed at any time, also from within the watcher and after `cacheDeleted`. */
  close(): void;
}

export type CacheMissing = "cache_not_found";

/**
 * Topics of all caches.
 *
 * Guarantees: `publish` is one atomic step: the cache is checked, the number given, the item put into the ring, and watchers are told,
 * in that order; two publishes never get one number. Items are lost with the process (fire and forget); numbering that cannot
 * be continued gets a new, larger page. A topic needs no creation; one without watchers, whose ring has aged out, is forgotten.
 */
export interface TopicEngine {
  /** The engine may keep `value.value` by copy only: the bytes belong to the caller after the call returned. */
  publish(
    cacheName: string,
    topicName: string,
    value: TopicValue,
    publisherId: string,
  ): Awaitable<TopicHead | CacheMissing>;
  watch(cacheName: string, topicName: string, watcher: TopicWatcher): Awaitable<TopicWatch | CacheMissing>;
}

// Topics of this process: publish is one synchronous step on plain objects, and every ring has its bounds.

import type { Clock, Timer } from "../../kernel/clock.js";
import { ServiceError } from "../../kernel/errors.js";
import type {
  CacheMissing,
  RingSlice,
  TopicEngine,
  TopicHead,
  TopicItem,
  TopicValue,
  TopicWatch,
  TopicWatcher,
} from "../../ports/topic-engine.js";
import { BLOCK_BYTES_MAX, Topic, TopicList, type WatchEntry } from "./topic.js";

export interface TopicLimits {
  /** Items that one topic keeps. */
  readonly ringItemsMax: number;
  /** Memory that one topic's items may pin; the newest item is kept whatever it takes. */
  readonly ringBytesMax: number;
  /** How long an item is kept. */
  readonly ringAgeMs: number;
  /** Memory that the items of all topics may pin together. */
  readonly ringBytesTotalMax: number;
  /** Topics that may exist at once. */
  readonly topicsMax: number;
  /** A topic without watchers and items is forgotten when nobody touched it for longer than this. */
  readonly topicIdleMs: number;
  readonly topicSweepIntervalMs: number;
  /** Topics looked at, items dropped and topics forgotten in one sweep. */
  readonly topicSweepStepsMax: number;
}

export interface EmbeddedTopicsOptions {
  readonly clock: Clock;
  readonly limits: TopicLimits;
}

export interface TopicStats {
  readonly topics: number;
  readonly ringBytes: number;
}

// A publish to a new topic at the limit pays for a few others, not for a whole sweep.
const FORGET_AT_LIMIT = 16;

/** The topic engine of one process. Answers every call at once. `close` stops its sweep. */
export class EmbeddedTopics implements TopicEngine {
  readonly #clock: Clock;
  readonly #limits: TopicLimits;
  readonly #blockBytesMax: number;
  readonly #caches = new Map<string, Map<string, Topic>>();
  /** Topics with items; their order turns round as they are swept or made to give way. */
  readonly #filled = new TopicList();
  /** Topics with neither items nor watchers, about in order of their last activity. */
  readonly #idle = new TopicList();
  readonly #timer: Timer;
  #topicCount = 0;
  #ringBytes = 0;
  /** The highest page of any topic that was dropped: none that comes later may have it or a lower one. */
  #pageDropped = 0;

  constructor(options: EmbeddedTopicsOptions) {
    this.#clock = options.clock;
    this.#limits = options.limits;
    // A ring must be able to drop the block at its front before it is down to one item.
    this.#blockBytesMax = Math.min(BLOCK_BYTES_MAX, Math.floor(options.limits.ringBytesMax / 4));
    this.#timer = options.clock.every(options.limits.topicSweepIntervalMs, () => this.#sweep());
  }

  publish(
    cacheName: string,
    topicName: string,
    value: TopicValue,
    publisherId: string,
  ): TopicHead | CacheMissing {
    const topics = this.#caches.get(cacheName);
    if (topics === undefined) return "cache_not_found";
    const nowMs = this.#clock.nowMs();
    const topic = topics.get(topicName) ?? this.#createTopic(topics, topicName, nowMs);

    this.#dropAged(topic, nowMs);
    const bytesBefore = topic.ringBytes;
    const item: TopicItem = {
      kind: value.kind,
      value: topic.keep(value.value, this.#blockBytesMax),
      page: topic.page,
      sequence: topic.sequence + 1,
      publisherId,
      publishedAtMs: nowMs,
    };
    topic.append(item);
    topic.activeAtMs = nowMs;
    const { ringItemsMax, ringBytesMax, ringBytesTotalMax } = this.#limits;
    while (topic.ring.length > ringItemsMax || (topic.ringBytes > ringBytesMax && topic.ring.length > 1)) {
      topic.dropFirst();
    }
    this.#ringBytes += topic.ringBytes - bytesBefore;
    if (topic.list !== this.#filled) this.#place(topic);
    if (this.#ringBytes > ringBytesTotalMax) this.#makeRoom(topic);

    const watches = topic.watches;
    for (let i = 0; i < watches.length; i++) {
      const watch = watches[i] as WatchEntry;
      if (!watch.closed) watch.watcher.appended(item);
    }
    // An item names its place, so it is its own answer: one object less on the hottest path.
    return item;
  }

  watch(cacheName: string, topicName: string, watcher: TopicWatcher): TopicWatch | CacheMissing {
    const topics = this.#caches.get(cacheName);
    if (topics === undefined) return "cache_not_found";
    const nowMs = this.#clock.nowMs();
    const topic = topics.get(topicName) ?? this.#createTopic(topics, topicName, nowMs);
    const entry: WatchEntry = { closed: false, watcher };
    topic.watches = [...topic.watches, entry];
    topic.activeAtMs = nowMs;
    this.#place(topic);
    return {
      head: () => ({ page: topic.page, sequence: topic.sequence }),
      firstSince: (publishedSinceMs) => this.#firstSince(topic, publishedSinceMs),
      read: (fromSequence, limits) => this.#read(topic, fromSequence, limits.itemsMax, limits.bytesMax),
      close: () => this.#unwatch(topic, entry),
    };
  }

  /** Makes a cache known; its topics start with new pages. */
  addCache(name: string): void {
    if (!this.#caches.has(name)) this.#caches.set(name, new Map());
  }

  /** Drops a cache and its topics, then tells their watchers. */
  removeCache(name: string): void {
    const topics = this.#caches.get(name);
    if (topics === undefined) return;
    this.#caches.delete(name);
    for (const topic of topics.values()) {
      topic.list?.remove(topic);
      this.#ringBytes -= topic.ringBytes;
      topic.clear();
      this.#countDropped(topic);
    }
    for (const topic of topics.values()) {
      const watches = topic.watches;
      topic.watches = [];
      for (const watch of watches) {
        if (watch.closed) continue;
        watch.closed = true;
        watch.watcher.cacheDeleted();
      }
    }
  }

  /** What the engine holds now. */
  stats(): TopicStats {
    return { topics: this.#topicCount, ringBytes: this.#ringBytes };
  }

  close(): void {
    this.#timer.cancel();
  }

  #createTopic(topics: Map<string, Topic>, name: string, nowMs: number): Topic {
    if (this.#topicCount >= this.#limits.topicsMax) {
      this.#forgetIdle(nowMs, FORGET_AT_LIMIT);
      if (this.#topicCount >= this.#limits.topicsMax) {
        throw new ServiceError(
          "resource_exhausted",
          "This server has as many topics as it may have; unused ones are forgotten after a while.",
        );
      }
    }
    const topic = new Topic(topics, name, Math.max(nowMs, this.#pageDropped + 1), nowMs);
    topics.set(name, topic);
    this.#topicCount += 1;
    return topic;
  }

  #unwatch(topic: Topic, entry: WatchEntry): void {
    if (entry.closed) return;
    entry.closed = true;
    topic.watches = topic.watches.filter((other) => other !== entry);
    topic.activeAtMs = this.#clock.nowMs();
    this.#place(topic);
  }

  #firstSince(topic: Topic, publishedSinceMs: number): number {
    this.#dropAged(topic, this.#clock.nowMs());
    const { ring } = topic;
    let index = ring.length;
    // From the newest back: callers ask for a short window.
    while (index > 0 && (ring.at(index - 1) as TopicItem).publishedAtMs >= publishedSinceMs) index -= 1;
    return topic.sequence - ring.length + 1 + index;
  }

  #read(topic: Topic, fromSequence: number, itemsMax: number, bytesMax: number): RingSlice {
    this.#dropAged(topic, this.#clock.nowMs());
    const { ring } = topic;
    const head: TopicHead = { page: topic.page, sequence: topic.sequence };
    const oldest = topic.sequence - ring.length + 1;
    const start = Math.max(0, fromSequence - oldest);
    if (start >= ring.length) return { head, firstSequence: topic.sequence + 1, items: [] };
    const items: TopicItem[] = [];
    let bytes = 0;
    for (let index = start; index < ring.length; index++) {
      const item = ring.at(index) as TopicItem;
      bytes += item.value.byteLength;
      if (items.length > 0 && (items.length >= itemsMax || bytes > bytesMax)) break;
      items.push(item);
    }
    return { head, firstSequence: oldest + start, items };
  }

  /** Drops what is too old and keeps the counts and lists; returns how many items went. */
  #dropAged(topic: Topic, nowMs: number): number {
    const { ring } = topic;
    const lengthBefore = ring.length;
    const bytesBefore = topic.ringBytes;
    const oldestMs = nowMs - this.#limits.ringAgeMs;
    for (
      let first = ring.first();
      first !== undefined && first.publishedAtMs < oldestMs;
      first = ring.first()
    ) {
      topic.dropFirst();
    }
    if (ring.length === lengthBefore) return 0;
    this.#ringBytes += topic.ringBytes - bytesBefore;
    this.#place(topic);
    return lengthBefore - ring.length;
  }

  /** Puts a topic into the list where it belongs now. */
  #place(topic: Topic): void {
    const list = topic.ring.length > 0 ? this.#filled : topic.watches.length === 0 ? this.#idle : undefined;
    if (topic.list === list) return;
    topic.list?.remove(topic);
    list?.pushBack(topic);
  }

  /**
   * Makes other topics give way, each in its turn a quarter of its ring, until all rings fit together.
   * Their subscribers are not told here: a hole is seen, and told, by whoever reads there.
   */
  #makeRoom(newest: Topic): void {
    const filled = this.#filled;
    while (this.#ringBytes > this.#limits.ringBytesTotalMax) {
      const topic = filled.first as Topic;
      filled.moveToBack(topic);
      // The item that is being published stays, even when it alone is too much.
      const keep = topic === newest ? 1 : 0;
      if (topic.ring.length === keep) {
        if (filled.size === 1) return;
        continue;
      }
      const bytesBefore = topic.ringBytes;
      const length = Math.max(keep, Math.floor((topic.ring.length * 3) / 4));
      while (topic.ring.length > length) topic.dropFirst();
      this.#ringBytes += topic.ringBytes - bytesBefore;
      this.#place(topic);
    }
  }

  #sweep(): void {
    const nowMs = this.#clock.nowMs();
    const { topicSweepStepsMax, topicIdleMs } = this.#limits;
    let steps = 0;
    for (let left = this.#filled.size; left > 0 && steps < topicSweepStepsMax; left--) {
      const topic = this.#filled.first as Topic;
      steps += 1 + this.#dropAged(topic, nowMs);
      if (topic.list === this.#filled) this.#filled.moveToBack(topic);
      // At once, not at the end of the list of the idle, where those wait that were used later.
      else if (topic.list === this.#idle && nowMs - topic.activeAtMs > topicIdleMs) {
        this.#forget(topic);
        steps += 1;
      }
    }
    this.#forgetIdle(nowMs, topicSweepStepsMax - steps);
  }

  #forgetIdle(nowMs: number, countMax: number): void {
    for (let count = 0; count < countMax; count++) {
      const topic = this.#idle.first;
      if (topic === undefined || nowMs - topic.activeAtMs <= this.#limits.topicIdleMs) return;
      this.#forget(topic);
    }
  }

  #forget(topic: Topic): void {
    topic.list?.remove(topic);
    topic.siblings.delete(topic.name);
    this.#countDropped(topic);
  }

  #countDropped(topic: Topic): void {
    this.#topicCount -= 1;
    if (topic.page > this.#pageDropped) this.#pageDropped = topic.page;
  }
}

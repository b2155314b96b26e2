// A topic engine for tests, with every freedom that the port allows: a ring of a few items, pages that change under a watch,
// and (when `delayed`) answers and news that come late and answers that overtake each other, each when the test says so.

import type { Awaitable } from "../kernel/awaitable.js";
import type {
  CacheMissing,
  RingSlice,
  TopicEngine,
  TopicHead,
  TopicItem,
  TopicValue,
  TopicWatch,
  TopicWatcher,
} from "../ports/topic-engine.js";

export interface FakeTopicEngineOptions {
  readonly nowMs: () => number;
  readonly ringItemsMax: number;
  /** Answers and news wait for `answer` and `tell`. */
  readonly delayed?: boolean;
}

interface FakeWatch {
  readonly watcher: TopicWatcher;
  readonly news: (() => void)[];
  closed: boolean;
}

export interface FakeTopic {
  page: number;
  sequence: number;
  items: TopicItem[];
  watches: FakeWatch[];
}

export class FakeTopicEngine implements TopicEngine {
  readonly #options: FakeTopicEngineOptions;
  readonly caches = new Map<string, Map<string, FakeTopic>>();
  /** Topics of deleted caches, whose watchers may have yet to hear of it. */
  readonly deletedTopics: FakeTopic[] = [];
  /** What happens when the next read is asked for; thrown or rejected. */
  readError: Error | undefined;
  reads = 0;
  #answers: (() => void)[] = [];
  #page: number;

  constructor(options: FakeTopicEngineOptions) {
    this.#options = options;
    this.#page = options.nowMs();
  }

  createCache(name: string): void {
    if (!this.caches.has(name)) this.caches.set(name, new Map());
  }

  deleteCache(name: string): void {
    const topics = this.caches.get(name);
    this.caches.delete(name);
    for (const topic of topics?.values() ?? []) {
      this.deletedTopics.push(topic);
      this.#inform(topic, (watch) => {
        watch.closed = true;
        watch.watcher.cacheDeleted();
      });
    }
  }

  topic(cacheName: string, topicName: string): FakeTopic | undefined {
    const topics = this.caches.get(cacheName);
    if (topics === undefined) return undefined;
    let topic = topics.get(topicName);
    if (topic === undefined) {
      topic = { page: ++this.#page, sequence: 0, items: [], watches: [] };
      topics.set(topicName, topic);
    }
    return topic;
  }

  /** As when a remote engine lost the numbering: a new page, from 1; watchers see it in the next item. */
  changePage(cacheName: string, topicName: string): void {
    const topic = this.topic(cacheName, topicName);
    if (topic === undefined) return;
    topic.page = ++this.#page;
    topic.sequence = 0;
    topic.items = [];
  }

  /** Drops retained items until `count` are left. */
  evict(cacheName: string, topicName: string, count: number): void {
    const topic = this.topic(cacheName, topicName);
    if (topic !== undefined) topic.items = count === 0 ? [] : topic.items.slice(-count);
  }

  publish(
    cacheName: string,
    topicName: string,
    value: TopicValue,
    publisherId: string,
  ): Awaitable<TopicHead | CacheMissing> {
    const topic = this.topic(cacheName, topicName);
    if (topic === undefined) return this.#answer("cache_not_found");
    const item: TopicItem = {
      kind: value.kind,
      value: value.value.slice(),
      page: topic.page,
      sequence: ++topic.sequence,
      publisherId,
      publishedAtMs: this.#options.nowMs(),
    };
    topic.items.push(item);
    if (topic.items.length > this.#options.ringItemsMax) topic.items.shift();
    this.#inform(topic, (watch) => watch.watcher.appended(item));
    return this.#answer({ page: item.page, sequence: item.sequence });
  }

  watch(cacheName: string, topicName: string, watcher: TopicWatcher): Awaitable<TopicWatch | CacheMissing> {
    const topic = this.topic(cacheName, topicName);
    if (topic === undefined) return this.#answer("cache_not_found");
    const watch: FakeWatch = { watcher, news: [], closed: false };
    topic.watches.push(watch);
    return this.#answer<TopicWatch>({
      head: () => this.#answer({ page: topic.page, sequence: topic.sequence }),
      firstSince: (sinceMs) => {
        const first = topic.items.find((item) => item.publishedAtMs >= sinceMs);
        return this.#answer(first?.sequence ?? topic.sequence + 1);
      },
      read: (fromSequence, limits) => this.#read(topic, fromSequence, limits.itemsMax, limits.bytesMax),
      close: () => {
        watch.closed = true;
        topic.watches = topic.watches.filter((other) => other !== watch);
      },
    });
  }

  /** Gives one of the answers that wait, the `pick`th in turn; false when none does. */
  answer(pick = 0): boolean {
    const [give] = this.#answers.splice(pick % Math.max(1, this.#answers.length), 1);
    give?.();
    return give !== undefined;
  }

  /** Tells the watchers of a topic the oldest thing that they do not know; false when there is nothing. */
  tell(topic: FakeTopic): boolean {
    let told = false;
    for (const watch of topic.watches) {
      const news = watch.news.shift();
      if (news === undefined) continue;
      told = true;
      if (!watch.closed) news();
    }
    return told;
  }

  #inform(topic: FakeTopic, news: (watch: FakeWatch) => void): void {
    for (const watch of [...topic.watches]) {
      if (this.#options.delayed === true) watch.news.push(() => news(watch));
      else if (!watch.closed) news(watch);
    }
  }

  #read(topic: FakeTopic, fromSequence: number, itemsMax: number, bytesMax: number): Awaitable<RingSlice> {
    this.reads++;
    const error = this.readError;
    this.readError = undefined;
    if (error !== undefined) {
      if (this.#options.delayed === true) return Promise.reject(error);
      throw error;
    }
    const items: TopicItem[] = [];
    let bytes = 0;
    for (const item of topic.items) {
      if (item.sequence < fromSequence) continue;
      bytes += item.value.length;
      if (items.length > 0 && (items.length >= itemsMax || bytes > bytesMax)) break;
      items.push(item);
    }
    const head = { page: topic.page, sequence: topic.sequence };
    return this.#answer({ head, firstSequence: items[0]?.sequence ?? head.sequence + 1, items });
  }

  #answer<T>(value: T): Awaitable<T> {
    if (this.#options.delayed !== true) return value;
    return new Promise((resolve) => this.#answers.push(() => resolve(value)));
  }
}

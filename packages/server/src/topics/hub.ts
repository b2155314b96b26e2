// Which topics are watched on this process, and by whom: opened with the first subscriber, closed with the last.

import type { Awaitable } from "../kernel/awaitable.js";
import type { Clock } from "../kernel/clock.js";
import { ServiceError } from "../kernel/errors.js";
import type { Turn } from "../kernel/turn.js";
import type { CacheMissing, TopicEngine, TopicWatch } from "../ports/topic-engine.js";
import { Heartbeats } from "./heartbeats.js";
import { type BatchLimits, HubTopic, type TopicOwner } from "./hub-topic.js";
import type { SubscriptionSink } from "./sink.js";
import { PACED, type TopicSubscription } from "./subscription.js";

export interface HubOptions {
  readonly engine: TopicEngine;
  readonly turn: Turn;
  readonly clock: Clock;
  readonly limits: BatchLimits & { readonly subscriptionsMax: number };
  readonly heartbeatMs: number;
}

export class Hub implements TopicOwner {
  readonly turn: Turn;
  readonly limits: HubOptions["limits"];
  readonly #engine: TopicEngine;
  readonly #clock: Clock;
  readonly #heartbeats: Heartbeats;
  readonly #caches = new Map<string, Map<string, HubTopic>>();
  #count = 0;
  #closedBy: ServiceError | undefined;
  /** Subscriptions that go on in the next turn. */
  #later: TopicSubscription[] = [];

  constructor({ engine, turn, clock, limits, heartbeatMs }: HubOptions) {
    this.turn = turn;
    this.limits = limits;
    this.#engine = engine;
    this.#clock = clock;
    this.#heartbeats = new Heartbeats(clock, heartbeatMs);
  }

  /** The topic, watched. The caller joins it in the same step in which it gets it. */
  open(cacheName: string, topicName: string): Awaitable<HubTopic | CacheMissing> {
    if (this.#closedBy !== undefined) throw this.#closedBy;
    if (this.#count >= this.limits.subscriptionsMax) throw tooManySubscriptions();
    const known = this.#caches.get(cacheName)?.get(topicName);
    if (known === undefined) return this.#watch(cacheName, topicName);
    return known.opening === undefined ? known : this.#await(known, known.opening);
  }

  #watch(cacheName: string, topicName: string): Awaitable<HubTopic | CacheMissing> {
    const topic = new HubTopic(this, cacheName, topicName);
    const answer = this.#engine.watch(cacheName, topicName, topic);
    if (!(answer instanceof Promise)) return this.#opened(topic, answer);
    this.#add(topic);
    topic.opening = answer.then((watch) => {
      topic.opening = undefined;
      if (watch === "cache_not_found") throw new CacheGone();
      topic.opened(watch);
      return topic;
    });
    return this.#await(topic, topic.opening);
  }

  #opened(topic: HubTopic, answer: TopicWatch | CacheMissing): HubTopic | CacheMissing {
    if (answer === "cache_not_found") return answer;
    topic.opened(answer);
    this.#add(topic);
    return topic;
  }

  async #await(topic: HubTopic, opening: Promise<HubTopic>): Promise<HubTopic | CacheMissing> {
    topic.joining++;
    try {
      await opening;
    } catch (error) {
      this.#drop(topic);
      if (error instanceof CacheGone) return "cache_not_found";
      throw error;
    } finally {
      topic.joining--;
      if (topic.endedBy !== undefined && topic.isEmpty) this.remove(topic);
    }
    if (topic.endedBy !== undefined) throw topic.endedBy;
    return topic;
  }

  #add(topic: HubTopic): void {
    let topics = this.#caches.get(topic.cacheName);
    if (topics === undefined) this.#caches.set(topic.cacheName, (topics = new Map<string, HubTopic>()));
    topics.set(topic.topicName, topic);
  }

  #drop(topic: HubTopic): void {
    const topics = this.#caches.get(topic.cacheName);
    if (topics?.get(topic.topicName) !== topic) return;
    topics.delete(topic.topicName);
    if (topics.size === 0) this.#caches.delete(topic.cacheName);
  }

  /** A new subscription on an open topic; its heartbeat is pushed here. */
  join(topic: HubTopic, sink: SubscriptionSink<unknown>): TopicSubscription {
    const subscription = topic.add(sink);
    this.#count++;
    this.#heartbeats.add(subscription);
    sink.push(this.#heartbeats.chunkOf(sink.form));
    return subscription;
  }

  left(subscription: TopicSubscription): void {
    this.#count--;
    this.#heartbeats.remove(subscription);
  }

  remove(topic: HubTopic): void {
    if (topic.isEmpty) {
      this.#drop(topic);
      topic.closeWatch();
    } else if (topic.endedBy === undefined) {
      // The cache is gone while there are subscribers.
      topic.end(new ServiceError("not_found", "Cache Not Found: the cache has been deleted."));
    }
  }

  later(subscription: TopicSubscription): void {
    this.#later.push(subscription);
    if (this.#later.length > 1) return;
    this.#clock.after(0, () => {
      const due = this.#later;
      this.#later = [];
      for (const each of due) if (each.state === PACED) each.goOn();
    });
  }

  close(error: ServiceError): void {
    this.#closedBy = error;
    for (const topics of [...this.#caches.values()]) {
      for (const topic of [...topics.values()]) topic.end(error);
    }
  }
}

/** The engine knows no such cache; told apart from what goes wrong. */
class CacheGone extends Error {}

function tooManySubscriptions(): ServiceError {
  return new ServiceError(
    "resource_exhausted",
    "There are as many subscribers as this server takes; unsubscribe some or subscribe elsewhere.",
    { limit: "topic_subscriptions_limit_exceeded" },
  );
}

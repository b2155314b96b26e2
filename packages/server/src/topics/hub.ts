// Every topic that someone on this process is subscribed to. A topic is watched from its first subscriber to its last.

import { andThen } from "../kernel/awaitable.js";
import type { Awaitable } from "../kernel/awaitable.js";
import type { Clock, Timer } from "../kernel/clock.js";
import { ServiceError } from "../kernel/errors.js";
import type { Turn } from "../kernel/turn.js";
import type { CacheMissing, TopicEngine, TopicWatch } from "../ports/topic-engine.js";
import { cacheMissing } from "./cache-errors.js";
import { TopicCounts } from "./counts.js";
import type { Heartbeats } from "./heartbeats.js";
import { HubTopic } from "./hub-topic.js";
import type { BatchLimits, TopicOwner } from "./hub-topic.js";
import { PACED } from "./subscription.js";
import type { Subscription, TopicSubscription } from "./subscription.js";

export interface HubOptions {
  readonly engine: TopicEngine;
  readonly turn: Turn;
  readonly clock: Clock;
  readonly heartbeats: Heartbeats;
  readonly limits: BatchLimits;
}

export class Hub implements TopicOwner {
  readonly turn: Turn;
  readonly limits: BatchLimits;
  readonly counts = new TopicCounts();
  /** Subscriptions of this process, with those that are being opened. */
  subscriptionCount = 0;
  /** Set when the hub takes no subscription any more. */
  closedBy: ServiceError | undefined;

  readonly #engine: TopicEngine;
  readonly #clock: Clock;
  readonly #heartbeats: Heartbeats;
  readonly #caches = new Map<string, Map<string, HubTopic>>();
  #paced: TopicSubscription[] = [];
  #pacedTimer: Timer | undefined;

  constructor(options: HubOptions) {
    this.turn = options.turn;
    this.limits = options.limits;
    this.#engine = options.engine;
    this.#clock = options.clock;
    this.#heartbeats = options.heartbeats;
  }

  /**
   * Runs `attach` with the watched topic, and answers what it answers; it may add one subscription or fail.
   * Fails for all who wait when the cache is missing or the engine fails.
   */
  join(
    cacheName: string,
    topicName: string,
    attach: (topic: HubTopic) => Awaitable<Subscription>,
  ): Awaitable<Subscription> {
    const topic = this.#caches.get(cacheName)?.get(topicName) ?? this.#create(cacheName, topicName);
    // Until it has its subscription, the caller itself keeps the topic open, and counts as a subscription.
    topic.joining++;
    this.subscriptionCount++;
    let joined: Awaitable<Subscription>;
    try {
      joined = andThen(topic.opening ?? topic, attach);
    } catch (error) {
      this.#endJoining(topic);
      throw ServiceError.from(error);
    }
    if (!(joined instanceof Promise)) {
      this.#endJoining(topic);
      return joined;
    }
    return joined.then(
      (subscription) => {
        this.#endJoining(topic);
        return subscription;
      },
      (error: unknown) => {
        this.#endJoining(topic);
        throw ServiceError.from(error);
      },
    );
  }

  entered(): void {
    this.subscriptionCount++;
  }

  left(subscription: TopicSubscription): void {
    this.subscriptionCount--;
    this.#heartbeats.remove(subscription);
  }

  /** Forgets the topic and ends its watch. */
  remove(topic: HubTopic): void {
    const topics = this.#caches.get(topic.cacheName);
    if (topics?.get(topic.topicName) === topic) {
      topics.delete(topic.topicName);
      if (topics.size === 0) this.#caches.delete(topic.cacheName);
      topic.closeWatch();
    }
  }

  /** Ends every subscription with `error`, and refuses new ones with it. */
  close(error: ServiceError): void {
    this.closedBy = error;
    this.#pacedTimer?.cancel();
    this.#paced = [];
    for (const topics of [...this.#caches.values()]) {
      for (const topic of [...topics.values()]) {
        this.remove(topic);
        topic.end(error);
      }
    }
  }

  later(subscription: TopicSubscription): void {
    this.#paced.push(subscription);
    // A timer, not the turn: what is added to a turn that ends is run before anything else gets to run.
    this.#pacedTimer ??= this.#clock.after(0, () => this.#runPaced());
  }

  #runPaced(): void {
    this.#pacedTimer = undefined;
    const paced = this.#paced.splice(0, this.limits.pacedPerTurnMax);
    for (const subscription of paced) {
      if (subscription.state === PACED) subscription.goOn();
    }
    if (this.#paced.length > 0) this.#pacedTimer ??= this.#clock.after(0, () => this.#runPaced());
  }

  #endJoining(topic: HubTopic): void {
    topic.joining--;
    this.subscriptionCount--;
    if (topic.isEmpty) this.remove(topic);
  }

  #create(cacheName: string, topicName: string): HubTopic {
    const topic = new HubTopic(this, cacheName, topicName);
    let topics = this.#caches.get(cacheName);
    if (topics === undefined) {
      topics = new Map();
      this.#caches.set(cacheName, topics);
    }
    topics.set(topicName, topic);
    try {
      const answer = this.#engine.watch(cacheName, topicName, topic);
      if (answer instanceof Promise) {
        topic.opening = answer.then(
          (watch) => this.#opened(topic, watch),
          (error: unknown) => this.#failed(topic, error),
        );
      } else {
        this.#opened(topic, answer);
      }
    } catch (error) {
      this.#failed(topic, error);
    }
    return topic;
  }

  #opened(topic: HubTopic, watch: TopicWatch | CacheMissing): HubTopic {
    topic.opening = undefined;
    if (watch === "cache_not_found") return this.#failed(topic, cacheMissing(topic.cacheName));
    topic.opened(watch);
    // Ended while the engine was asked: by the cache's deletion, or by close().
    if (topic.endedBy !== undefined) {
      topic.closeWatch();
      throw topic.endedBy;
    }
    return topic;
  }

  #failed(topic: HubTopic, error: unknown): never {
    topic.opening = undefined;
    this.remove(topic);
    throw ServiceError.from(error);
  }
}

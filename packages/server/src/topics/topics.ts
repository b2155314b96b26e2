// Publish and subscribe: what transports call.

import { type Awaitable, andThen } from "../kernel/awaitable.js";
import type { Clock } from "../kernel/clock.js";
import { ServiceError } from "../kernel/errors.js";
import { checkCacheName, checkTopicName } from "../kernel/names.js";
import type { Turn } from "../kernel/turn.js";
import type { PublishGrant, SubscribeGrant } from "../ports/grant.js";
import type { TopicEngine, TopicHead, TopicValue } from "../ports/topic-engine.js";
import { Hub } from "./hub.js";
import type { BatchLimits, HubTopic } from "./hub-topic.js";
import { type ResumeCursor, startPosition } from "./resume.js";
import type { SubscriptionSink } from "./sink.js";
import type { Subscription } from "./subscription.js";

export interface TopicsLimits extends BatchLimits {
  /** Bytes of one item's value. */
  readonly topicItemBytesMax: number;
  /** Subscriptions of this process. */
  readonly subscriptionsMax: number;
}

export interface TopicsOptions {
  readonly engine: TopicEngine;
  readonly turn: Turn;
  readonly clock: Clock;
  readonly limits: TopicsLimits;
  readonly heartbeatMs: number;
  /** A fresh subscription starts with items that are at most this old; 0 turns that off. */
  readonly freshWindowMs: number;
}

export interface Topics {
  /** Hands a value to everyone who is subscribed. Throws or rejects with a ServiceError. */
  publish(grant: PublishGrant, value: TopicValue): Awaitable<TopicHead>;
  /**
   * Begins a subscription at `cursor` (wire-contract.md 5.4). A heartbeat is pushed first; then a discontinuity if items are
   * missing, then items. Throws or rejects with a ServiceError, with nothing pushed.
   */
  subscribe(grant: SubscribeGrant, cursor: ResumeCursor, sink: SubscriptionSink<unknown>): Awaitable<Subscription>;
  /** Ends every subscription with `error`, and refuses later ones with it. */
  close(error: ServiceError): void;
}

export function createTopics(options: TopicsOptions): Topics {
  const { engine, clock, limits, freshWindowMs } = options;
  const hub = new Hub(options);

  function start(topic: HubTopic, cursor: ResumeCursor, sink: SubscriptionSink<unknown>): Subscription {
    const subscription = hub.join(topic, sink);
    const fresh = (known: TopicHead): Awaitable<number> => {
      if (cursor.sequence !== 0) return 0;
      return freshWindowMs === 0 ? known.sequence + 1 : topic.watch.firstSince(clock.nowMs() - freshWindowMs);
    };
    try {
      const started = andThen(topic.watch.head(), (known) =>
        andThen(fresh(known), (sequence) => subscription.startAt(startPosition(cursor, known, sequence))),
      );
      if (started instanceof Promise) started.catch((error: unknown) => subscription.fail(error));
    } catch (error) {
      subscription.fail(error);
    }
    return subscription;
  }

  return {
    publish(grant, value) {
      const { cacheName, topicName, publisherId } = grant;
      checkCacheName(cacheName);
      checkTopicName(topicName);
      if (value.value.length > limits.topicItemBytesMax) throw tooLarge(value.value.length, limits.topicItemBytesMax);
      return andThen(engine.publish(cacheName, topicName, value, publisherId), (head) => {
        if (head === "cache_not_found") throw cacheNotFound(cacheName);
        return head;
      });
    },
    subscribe(grant, cursor, sink) {
      const { cacheName, topicName } = grant;
      checkCacheName(cacheName);
      checkTopicName(topicName);
      return andThen(hub.open(cacheName, topicName), (topic) => {
        if (topic === "cache_not_found") throw cacheNotFound(cacheName);
        return start(topic, cursor, sink);
      });
    },
    close: (error) => hub.close(error),
  };
}

function cacheNotFound(name: string): ServiceError {
  return new ServiceError("not_found", `Cache Not Found: there is no cache named ${JSON.stringify(name)}.`);
}

function tooLarge(bytes: number, bytesMax: number): ServiceError {
  return new ServiceError(
    "resource_exhausted",
    `An item of ${bytes} bytes is above the request limit of ${bytesMax} bytes.`,
    { limit: "request_size_limit_exceeded" },
  );
}

// Subscribing, in named steps: check → open the topic's watch → find the start → first heartbeat → read the ring from the
// start → live. From the heartbeat on nothing that is published is missed: the start was fixed before it.

import type { Awaitable } from "../kernel/awaitable.js";
import { andThen } from "../kernel/awaitable.js";
import type { Clock } from "../kernel/clock.js";
import { ServiceError } from "../kernel/errors.js";
import { checkCacheName, checkTopicName } from "../kernel/names.js";
import type { SubscribeGrant, SubscriptionLease } from "../ports/grant.js";
import type { TopicWatch } from "../ports/topic-engine.js";
import type { Heartbeats } from "./heartbeats.js";
import type { HubTopic } from "./hub-topic.js";
import type { Hub } from "./hub.js";
import { startPosition } from "./resume.js";
import type { ResumeCursor, TopicPosition } from "./resume.js";
import type { SubscriptionSink } from "./sink.js";
import type { Subscription } from "./subscription.js";

/**
 * Subscribes `sink` to the grant's topic from `cursor` on (wire-contract.md 5.4). When it answers, the first heartbeat was
 * pushed, and perhaps more; the sink may even have been ended already.
 * Fails, with nothing pushed, with `invalid_argument` (a name), `not_found` (no such cache), `resource_exhausted` (too many
 * subscriptions): thrown at once, or as a rejection when the engine answers later.
 */
export type Subscribe = <Chunk>(
  grant: SubscribeGrant,
  cursor: ResumeCursor,
  sink: SubscriptionSink<Chunk>,
) => Awaitable<Subscription>;

export interface SubscribeOptions {
  readonly hub: Hub;
  readonly heartbeats: Heartbeats;
  readonly clock: Clock;
  readonly subscriptionsMax: number;
  /** A fresh subscription starts with items that are not older than this; 0: with the next one. */
  readonly freshWindowMs: number;
}

export function createSubscribe(options: SubscribeOptions): Subscribe {
  const { hub, heartbeats, subscriptionsMax } = options;

  /** Fails unless the topic is still open; then nothing was pushed. */
  function attach(
    topic: HubTopic,
    sink: SubscriptionSink<unknown>,
    start: TopicPosition,
    lease: SubscriptionLease | undefined,
  ): Subscription {
    if (topic.endedBy !== undefined) throw topic.endedBy;
    const subscription = topic.add(sink, start, lease);
    heartbeats.add(subscription);
    try {
      sink.push(heartbeats.chunkOf(sink.form));
    } catch (error) {
      subscription.close();
      throw error;
    }
    subscription.start();
    return subscription;
  }

  return (grant, cursor, sink) => {
    checkCacheName(grant.cacheName);
    checkTopicName(grant.topicName);
    if (hub.closedBy !== undefined) throw hub.closedBy;
    if (hub.subscriptionCount >= subscriptionsMax) {
      hub.counts.subscriptionsRefused++;
      throw tooMany(subscriptionsMax);
    }
    return hub.join(grant.cacheName, grant.topicName, (topic) =>
      andThen(findStart(topic.watch, cursor, options), (start) => attach(topic, sink, start, grant.lease)),
    );
  };
}

/** Asks the engine for what the start depends on. */
function findStart(
  watch: TopicWatch,
  cursor: ResumeCursor,
  { clock, freshWindowMs }: SubscribeOptions,
): Awaitable<TopicPosition> {
  return andThen(watch.head(), (head) => {
    const fresh =
      cursor.sequence === 0 && freshWindowMs > 0
        ? watch.firstSince(clock.nowMs() - freshWindowMs)
        : head.sequence + 1;
    return andThen(fresh, (freshSequence) => startPosition(cursor, head, freshSequence));
  });
}

function tooMany(subscriptionsMax: number): ServiceError {
  // SDKs tell limits apart by words in this text (wire-contract.md 2.4): both of theirs for this limit are in it.
  return new ServiceError(
    "resource_exhausted",
    `This server has as many subscribers as it may have (${subscriptionsMax}); subscribe again later.`,
    { limit: "topic_subscriptions_limit_exceeded" },
  );
}

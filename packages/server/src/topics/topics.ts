// Topics as the transports use them: publish, subscribe, and the end of all subscriptions.

import type { Clock } from "../kernel/clock.js";
import type { ServiceError } from "../kernel/errors.js";
import type { Turn } from "../kernel/turn.js";
import type { TopicEngine } from "../ports/topic-engine.js";
import type { TopicCounts } from "./counts.js";
import { Heartbeats } from "./heartbeats.js";
import { Hub } from "./hub.js";
import type { BatchLimits } from "./hub-topic.js";
import { createPublish } from "./publish.js";
import type { Publish } from "./publish.js";
import { createSubscribe } from "./subscribe.js";
import type { Subscribe } from "./subscribe.js";

export interface TopicsLimits extends BatchLimits {
  /** Bytes of one published value. */
  readonly topicItemBytesMax: number;
  /** Subscriptions of this process. */
  readonly subscriptionsMax: number;
}

export interface TopicsOptions {
  readonly engine: TopicEngine;
  readonly turn: Turn;
  readonly clock: Clock;
  readonly limits: TopicsLimits;
  /** From one heartbeat of a subscription to the next. */
  readonly heartbeatMs: number;
  /** A fresh subscription starts with items that are not older than this; 0: with the next one. */
  readonly freshWindowMs: number;
}

export interface Topics {
  readonly publish: Publish;
  readonly subscribe: Subscribe;
  readonly counts: TopicCounts;
  /** Subscriptions now, with those that are being opened. */
  subscriptionCount(): number;
  /** Ends every subscription with `error`, after what was already published for it, and refuses new ones with it. */
  close(error: ServiceError): void;
}

export function createTopics(options: TopicsOptions): Topics {
  const { engine, turn, clock, limits, freshWindowMs } = options;
  const heartbeats = new Heartbeats(clock, options.heartbeatMs);
  const hub = new Hub({ engine, turn, clock, heartbeats, limits });
  return {
    publish: createPublish(engine, limits.topicItemBytesMax, hub.counts),
    subscribe: createSubscribe({
      hub,
      heartbeats,
      clock,
      subscriptionsMax: limits.subscriptionsMax,
      freshWindowMs,
    }),
    counts: hub.counts,
    subscriptionCount: () => hub.subscriptionCount,
    close: (error) => hub.close(error),
  };
}

// What a transport brings to a subscription: how items look on its wire, and where the bytes go.

import type { ServiceError } from "../kernel/errors.js";
import type { TopicItem } from "../ports/topic-engine.js";

/** Items that a subscriber cannot have any more: they go on after `newSequence` (wire-contract.md 5.4). */
export interface Discontinuity {
  /** The last sequence the subscriber has, or 0. */
  readonly lastSequence: number;
  /** The next item has `newSequence + 1`. */
  readonly newSequence: number;
  readonly newPage: number;
}

/** Which topic things are of. */
export interface TopicName {
  readonly cacheName: string;
  readonly topicName: string;
}

/**
 * How a transport writes things down. Pure. Compared by identity: subscriptions that bring the same form share the encoded
 * chunk, so that an item is encoded once however many receive it.
 */
export interface WireForm<Chunk> {
  items(items: readonly TopicItem[], topic: TopicName): Chunk;
  discontinuity(discontinuity: Discontinuity, topic: TopicName): Chunk;
  heartbeat(): Chunk;
}

/** Where one subscription's chunks go. */
export interface SubscriptionSink<Chunk> {
  readonly form: WireForm<Chunk>;
  /** True while a push goes out at once; when false, the transport calls `Subscription.resume()` as soon as it is true again. */
  readonly ready: boolean;
  /** Takes a shared, immutable chunk. Called while `ready`, but for the discontinuity and heartbeat beside an item. */
  push(chunk: Chunk): void;
  /** The subscription is over, by the server's doing; called once at most, and never after `Subscription.close()`. */
  end(error: ServiceError): void;
}

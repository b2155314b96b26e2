// What `subscribe` resolves to; users see it as the namespace TopicSubscribe.

import { SdkError } from "./errors.js";
import type { Receiver } from "./receiver.js";
import { ErrorResponse, TopicSubscribeResponse } from "./responses.js";
import { TopicItem, type TopicDiscontinuity } from "./topic-item.js";

/**
 * A subscription that is live, or comes back by itself. Made without `onItem` it can be iterated: each item goes to one reader, and what a
 * slow one makes it drop is told as a discontinuity, to `onDiscontinuity` and in `events()`.
 */
export class Subscription implements AsyncIterable<TopicItem> {
  readonly type = TopicSubscribeResponse.Subscription;
  readonly #receiver: Receiver;

  /** The client makes these. */
  constructor(receiver: Receiver) {
    this.#receiver = receiver;
  }

  /** False after `unsubscribe()`, and after the error that has ended it. */
  get isSubscribed(): boolean {
    return !this.#receiver.isOver;
  }

  /** No callback is called any more but `onSubscriptionEnd`, now; an iterator ends after what waits for it. */
  unsubscribe(): void {
    this.#receiver.end();
  }

  /**
   * Items, and discontinuities where they are. Ends when the subscription ends; throws the SdkError that has ended it. Leaving the loop
   * unsubscribes. Throws INVALID_ARGUMENT_ERROR for subscriptions with `onItem`.
   */
  async *events(): AsyncGenerator<TopicItem | TopicDiscontinuity, void, undefined> {
    const { queue } = this.#receiver;
    if (queue === undefined) {
      throw new SdkError("INVALID_ARGUMENT_ERROR", "With onItem there is nothing to iterate.");
    }
    try {
      for (;;) {
        const entry = await queue.next();
        if (entry === undefined) return;
        yield entry;
      }
    } finally {
      this.unsubscribe();
    }
  }

  /** The items of `events()`. */
  async *[Symbol.asyncIterator](): AsyncGenerator<TopicItem, void, undefined> {
    for await (const entry of this.events()) if (entry instanceof TopicItem) yield entry;
  }
}

/** The subscription did not come about, or has ended for good. */
export class Error extends ErrorResponse {
  readonly type = TopicSubscribeResponse.Error;
}

export type Response = Subscription | Error;

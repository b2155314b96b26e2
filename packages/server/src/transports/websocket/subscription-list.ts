// The subscriptions of one socket: found by topic, and woken in turn when the socket has room.

import type { TopicName } from "../../topics/sink.js";
import type { SocketSubscription } from "./socket-subscription.js";

export class SubscriptionList {
  readonly #byTopic = new Map<string, SocketSubscription>();
  readonly #all: SocketSubscription[] = [];
  #next = 0;

  get size(): number {
    return this.#all.length;
  }

  find(topic: TopicName): SocketSubscription | undefined {
    return this.#byTopic.get(keyOf(topic));
  }

  add(subscription: SocketSubscription): void {
    this.#byTopic.set(keyOf(subscription), subscription);
    subscription.index = this.#all.length;
    this.#all.push(subscription);
  }

  remove(subscription: SocketSubscription): void {
    this.#byTopic.delete(keyOf(subscription));
    const last = this.#all.pop() as SocketSubscription;
    if (last === subscription) return;
    this.#all[subscription.index] = last;
    last.index = subscription.index;
  }

  [Symbol.iterator](): IterableIterator<SocketSubscription> {
    return this.#all[Symbol.iterator]();
  }

  /** Lets all go on that wait, as long as there is room; the next time begins with those who had none, so that each has its turn. */
  resumeWhile(hasRoom: () => boolean): void {
    for (let left = this.#all.length; left > 0 && hasRoom(); left--) {
      if (this.#next >= this.#all.length) this.#next = 0;
      this.#all[this.#next++]?.subscription.resume();
    }
  }
}

/** Of good names one of each pair: they have no control characters. */
function keyOf({ cacheName, topicName }: TopicName): string {
  return `${cacheName}\0${topicName}`;
}

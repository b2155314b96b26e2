// One subscription of a socket: pushes what comes to the socket, once its client knows that it is subscribed.

import type { WebSocketChannel } from "@subito/websocket";
import type { ServiceError } from "../../kernel/errors.js";
import type { SubscriptionSink, TopicName } from "../../topics/sink.js";
import type { Subscription } from "../../topics/subscription.js";
import { type SocketChunk, topicForm } from "./topic-form.js";

/** The subscriptions of one socket, as each of them sees it. */
export interface SubscriptionOwner {
  readonly channel: WebSocketChannel;
  /** The server has ended it; only of one that was begun. */
  ended(subscription: SocketSubscription, error: ServiceError): void;
}

/** There may be a million of these: the names are those of the topic itself. */
export class SocketSubscription implements SubscriptionSink<SocketChunk>, TopicName {
  readonly form = topicForm;
  readonly #owner: SubscriptionOwner;
  #subscription: Subscription | undefined;
  /** Why it was over before it was begun. */
  endedBy: ServiceError | undefined;
  /** Place in the socket's list; the list's to change. */
  index = -1;

  constructor(owner: SubscriptionOwner) {
    this.#owner = owner;
  }

  /** False until it is begun: the client hears of its subscription before the first item. */
  get ready(): boolean {
    return this.#subscription !== undefined && this.#owner.channel.ready;
  }

  push(chunk: SocketChunk): void {
    if (chunk !== undefined) this.#owner.channel.send(chunk);
  }

  end(error: ServiceError): void {
    if (this.#subscription === undefined) this.endedBy = error;
    else this.#owner.ended(this, error);
  }

  /** The client was told. Items come once `subscription` is resumed. */
  begin(subscription: Subscription): void {
    this.#subscription = subscription;
  }

  // --- of one that was begun ---

  get subscription(): Subscription {
    return this.#subscription as Subscription;
  }

  get cacheName(): string {
    return this.subscription.cacheName;
  }

  get topicName(): string {
    return this.subscription.topicName;
  }
}

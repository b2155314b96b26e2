// One socket from its opening to its end: takes its messages in order, answers each, and holds its subscriptions.

import {
  type OutMessage,
  type WebSocketChannel,
  type WebSocketHandler,
  textMessage,
} from "@subito/websocket";
import { authorizePublish, authorizeSubscribe } from "../../auth/authorize.js";
import type { Principal } from "../../auth/principal.js";
import { renewAll } from "../../auth/renew.js";
import { type Awaitable, andThen } from "../../kernel/awaitable.js";
import { ServiceError } from "../../kernel/errors.js";
import { RingBuffer } from "../../kernel/ring-buffer.js";
import type { TopicHead } from "../../ports/topic-engine.js";
import type { Subscription } from "../../topics/subscription.js";
import type { Topics } from "../../topics/topics.js";
import { endedMessage } from "../json/messages.js";
import {
  authenticatedAnswer,
  errorAnswer,
  pong,
  positionAnswer,
  publishedAnswer,
  renewedAnswer,
} from "./answers.js";
import { type SocketRequest, parseMessage, readId, toRequest } from "./parse-message.js";
import type { SocketCaller } from "./socket-caller.js";
import { type SubscriptionOwner, SocketSubscription } from "./socket-subscription.js";
import { SubscriptionList } from "./subscription-list.js";

/** What all sockets share. */
export interface SessionOptions {
  readonly topics: Topics;
  /** Subscriptions of one socket. */
  readonly webSocketSubscriptionsMax: number;
  /** Hears of errors that are not the client's doing. */
  readonly onInternalError: (error: ServiceError) => void;
}

type Request<Type extends SocketRequest["type"]> = SocketRequest & { readonly type: Type };

interface WaitingMessage {
  readonly kind: "text" | "binary";
  readonly bytes: Uint8Array;
}

export class SocketSession implements WebSocketHandler, SubscriptionOwner {
  readonly channel: WebSocketChannel;
  readonly #options: SessionOptions;
  readonly #caller: SocketCaller;
  readonly #subscriptions = new SubscriptionList();
  /** Came when one was busy or the client did not read: of one read at most, for the channel is paused then. */
  readonly #waiting = new RingBuffer<WaitingMessage>();
  /** A request that is answered later. */
  #busy = false;
  #paused = false;
  #closed = false;
  /** Somebody without a token was let in: the socket is theirs. */
  #usedWithoutToken = false;

  constructor(options: SessionOptions, caller: SocketCaller, channel: WebSocketChannel) {
    this.#options = options;
    this.#caller = caller;
    this.channel = channel;
  }

  // --- what the socket tells ---

  message(kind: "text" | "binary", bytes: Uint8Array): void {
    if (this.#mayTake() && this.#waiting.length === 0) {
      this.#take(kind, bytes);
    } else {
      this.#waiting.push({ kind, bytes });
    }
    this.#pauseOrResume();
  }

  drained(): void {
    this.#takeWaiting();
    this.#subscriptions.resumeWhile(() => this.channel.ready);
  }

  closed(): void {
    this.#closed = true;
    this.#waiting.clear();
    for (const { subscription } of this.#subscriptions) subscription.close();
  }

  // --- in order ---

  #mayTake(): boolean {
    return !this.#busy && this.channel.ready;
  }

  #takeWaiting(): void {
    while (this.#mayTake()) {
      const next = this.#waiting.shift();
      if (next === undefined) break;
      this.#take(next.kind, next.bytes);
    }
    this.#pauseOrResume();
  }

  /** Nothing more is read while something waits. */
  #pauseOrResume(): void {
    const wanted = this.#waiting.length > 0 || !this.#mayTake();
    if (wanted === this.#paused || this.#closed) return;
    this.#paused = wanted;
    if (wanted) this.channel.pause();
    else this.channel.resume();
  }

  #take(kind: "text" | "binary", bytes: Uint8Array): void {
    let id: number | null = null;
    try {
      const message = parseMessage(kind, bytes);
      id = readId(message);
      const answer = this.#perform(toRequest(message, id));
      if (answer instanceof Promise) this.#waitFor(answer, id);
      else if (answer !== undefined) this.channel.send(answer);
    } catch (error) {
      this.#refuse(id, error);
    }
  }

  #waitFor(answer: Promise<OutMessage | undefined>, id: number): void {
    const goOn = (): void => {
      this.#busy = false;
      if (!this.#closed) this.#takeWaiting();
    };
    this.#busy = true;
    answer.then(
      (message) => {
        if (message !== undefined) this.channel.send(message);
        goOn();
      },
      (error: unknown) => {
        this.#refuse(id, error);
        goOn();
      },
    );
  }

  #refuse(id: number | null, error: unknown): void {
    this.channel.send(errorAnswer(id, this.#reported(error)));
  }

  #reported(error: unknown): ServiceError {
    const failure = ServiceError.from(error);
    if (failure.code === "internal") this.#options.onInternalError(failure);
    return failure;
  }

  // --- requests; undefined: was answered already ---

  #perform(request: SocketRequest): Awaitable<OutMessage | undefined> {
    switch (request.type) {
      case "publish":
        return this.#publish(request);
      case "subscribe":
        return this.#subscribe(request);
      case "unsubscribe":
        return this.#unsubscribe(request);
      case "authenticate":
        return this.#authenticate(request as Request<"authenticate">);
      case "renew_token":
        return this.#renewToken(request as Request<"renew_token">);
      case "ping":
        return pong(request.id);
    }
  }

  #principal(): Awaitable<Principal> {
    const principal = this.#caller.authenticate();
    if (!this.#caller.hasToken) this.#usedWithoutToken = true;
    return principal;
  }

  /** Without a promise and without a closure where nothing is waited for: this is done for each item. */
  #publish(request: Request<"publish">): Awaitable<OutMessage> {
    const principal = this.#principal();
    if (principal instanceof Promise) return principal.then((known) => this.#publishAs(known, request));
    return this.#publishAs(principal, request);
  }

  #publishAs(principal: Principal, request: Request<"publish">): Awaitable<OutMessage> {
    const grant = authorizePublish(principal, request.cacheName, request.topicName);
    const head = this.#options.topics.publish(grant, request.value);
    if (head instanceof Promise) return head.then((later: TopicHead) => publishedAnswer(request.id, later));
    return publishedAnswer(request.id, head);
  }

  #subscribe(request: Request<"subscribe">): Awaitable<undefined> {
    return andThen(this.#principal(), (principal) => {
      const grant = authorizeSubscribe(principal, request.cacheName, request.topicName);
      this.#checkMayAdd(request);
      const added = new SocketSubscription(this);
      return andThen(this.#options.topics.subscribe(grant, request.cursor, added), (subscription) => {
        this.#begin(request.id, added, subscription);
        return undefined;
      });
    });
  }

  #checkMayAdd(request: Request<"subscribe">): void {
    if (this.#subscriptions.find(request) !== undefined) {
      throw new ServiceError("already_exists", "This socket is subscribed to this topic already.");
    }
    const { webSocketSubscriptionsMax } = this.#options;
    if (this.#subscriptions.size < webSocketSubscriptionsMax) return;
    throw new ServiceError(
      "resource_exhausted",
      `This socket has as many subscriptions as it may have (${webSocketSubscriptionsMax}); open another one.`,
      { limit: "topic_subscriptions_limit_exceeded" },
    );
  }

  #begin(id: number, added: SocketSubscription, subscription: Subscription): void {
    if (added.endedBy !== undefined) throw added.endedBy;
    if (this.#closed) {
      subscription.close();
      return;
    }
    this.channel.send(positionAnswer(id, "subscribe", subscription, subscription.position));
    added.begin(subscription);
    this.#subscriptions.add(added);
    subscription.resume();
  }

  ended(ended: SocketSubscription, error: ServiceError): void {
    this.#subscriptions.remove(ended);
    const { subscription } = ended;
    this.channel.send(textMessage(endedMessage(this.#reported(error), subscription, subscription.position)));
  }

  #unsubscribe(request: Request<"unsubscribe">): OutMessage {
    const found = this.#subscriptions.find(request);
    if (found === undefined) {
      throw new ServiceError("not_found", "This socket is not subscribed to this topic.");
    }
    this.#subscriptions.remove(found);
    found.subscription.close();
    return positionAnswer(request.id, "unsubscribe", found, found.subscription.position);
  }

  #authenticate({ id, token }: Request<"authenticate">): Awaitable<OutMessage> {
    if (this.#caller.hasToken) {
      throw new ServiceError(
        "failed_precondition",
        "It is known already who is at this socket: renew_token changes the token.",
      );
    }
    if (this.#usedWithoutToken) throw usedWithoutToken();
    return andThen(this.#caller.verify(token), ({ expiresAtMs }) => {
      this.#caller.become(token);
      return authenticatedAnswer(id, expiresAtMs);
    });
  }

  #renewToken({ id, token }: Request<"renew_token">): Awaitable<OutMessage> {
    if (this.#usedWithoutToken) throw usedWithoutToken();
    if (!this.#caller.hasToken) {
      throw new ServiceError("failed_precondition", "There is no token to renew: authenticate comes first.");
    }
    return andThen(this.#caller.verify(token), (fresh) => {
      const running = Array.from(this.#subscriptions, ({ subscription }) => subscription);
      renewAll(running, fresh);
      this.#caller.become(token);
      return renewedAnswer(id, running.length, fresh.expiresAtMs);
    });
  }
}

/** Neither of the two messages about tokens can be taken any more. */
function usedWithoutToken(): ServiceError {
  return new ServiceError(
    "failed_precondition",
    "This socket was used without a token, and stays so: open a new one, and send authenticate first there.",
  );
}

// The client: publish by HTTP, subscribe on one WebSocket. Names and shapes as in Momento's Web SDK.

import { toServerUrl } from "./credential-provider.js";
import { SdkError, toSdkError } from "./errors.js";
import type { Cursor } from "./messages.js";
import { publishItem } from "./publish.js";
import { Receiver } from "./receiver.js";
import { Session } from "./session.js";
import { type Settings, type TopicClientProps, toSettings } from "./settings.js";
import { type TokenSource, createTokenSource } from "./token-source.js";
import type { TopicDiscontinuity, TopicHeartbeat, TopicItem } from "./topic-item.js";
import * as TopicPublish from "./topic-publish.js";
import * as TopicSubscribe from "./topic-subscribe.js";

export interface PublishCallOptions {
  /** Gives up: the answer is CANCELLED_ERROR, and the item may have been published all the same. */
  readonly signal?: AbortSignal;
}

/** What is called for a subscription. Without `onItem` it is iterated (`for await`). */
export interface SubscribeCallOptions {
  readonly onItem?: (item: TopicItem) => void;
  /** It has ended for good: the token is refused, the cache is gone … */
  readonly onError?: (error: TopicSubscribe.Error, subscription: TopicSubscribe.Subscription) => void;
  /** Items are lost; called before the item after the gap. With an iterator: when that comes to it. */
  readonly onDiscontinuity?: (discontinuity: TopicDiscontinuity) => void;
  /** The server has answered a ping, or has (again) begun to send. */
  readonly onHeartbeat?: (heartbeat: TopicHeartbeat) => void;
  /** The connection is lost, and why; once for each outage. It is taken up again by itself. (Momento's has no `error`.) */
  readonly onConnectionLost?: (error: SdkError) => void;
  /** Called last. */
  readonly onSubscriptionEnd?: () => void;
  /** The first item that is wanted; 0, or none: what comes from now on. */
  readonly resumeAtTopicSequenceNumber?: number;
  /** The page in which that counts; 0, or none: the present one. */
  readonly resumeAtTopicSequencePage?: number;
  /** Gives up, or later unsubscribes. */
  readonly signal?: AbortSignal;
}

export class TopicClient {
  readonly #settings: Settings;
  readonly #tokens: TokenSource;
  readonly #session: Session;
  readonly #throwsErrors: boolean;
  #isClosed = false;

  /** Opens nothing yet. Throws SdkError INVALID_ARGUMENT_ERROR when there is no server's URL to be had from `props`. */
  constructor(props: TopicClientProps = {}) {
    const { credentialProvider: credentials, configuration, getToken, url } = props;
    const endpoint = url ?? credentials?.getCacheEndpoint();
    if (endpoint === undefined) throw invalid("Give url or credentialProvider.");
    this.#settings = toSettings(props, toServerUrl(endpoint, credentials?.isEndpointSecure() ?? true));
    this.#tokens = createTokenSource(credentials?.getAuthToken() ?? "", getToken);
    this.#session = new Session(this.#settings, this.#tokens);
    this.#throwsErrors = configuration?.getThrowOnErrors() ?? false;
  }

  /** Publishes one item: a string as text, bytes as binary. It is not sent again by itself after an error, since it may have arrived. */
  async publish(
    cacheName: string,
    topicName: string,
    value: string | Uint8Array,
    options: PublishCallOptions = {},
  ): Promise<TopicPublish.Response> {
    try {
      const path = toPath(cacheName, topicName);
      checkValue(value);
      await publishItem(this.#settings, this.#tokens, path, value, options.signal);
      return new TopicPublish.Success();
    } catch (thrown) {
      return new TopicPublish.Error(this.#throwIfWanted(thrown));
    }
  }

  /**
   * Subscribes. Resolves when the subscription is live; with an `Error` when the server refuses it or cannot be reached. After that it comes
   * back by itself whenever the connection is lost, and goes on where it was. All subscriptions share one socket, and those to one topic
   * what comes on it.
   */
  async subscribe(
    cacheName: string,
    topicName: string,
    options: SubscribeCallOptions = {},
  ): Promise<TopicSubscribe.Response> {
    try {
      checkNames(cacheName, topicName);
      if (this.#isClosed) throw new SdkError("CANCELLED_ERROR", "The client is closed.");
      return await this.#join(cacheName, topicName, options);
    } catch (thrown) {
      return new TopicSubscribe.Error(this.#throwIfWanted(thrown));
    }
  }

  /** Ends all subscriptions and the socket, for good. `publish`, which needs no socket, works on. */
  close(): void {
    this.#isClosed = true;
    this.#session.end();
  }

  #join(cache: string, topic: string, options: SubscribeCallOptions): Promise<TopicSubscribe.Subscription> {
    const { onError, signal } = options;
    return new Promise((resolve, reject) => {
      const onAbort = (): void => subscription.unsubscribe();
      const callbacks = {
        ...options,
        onError: (error: SdkError) => onError?.(new TopicSubscribe.Error(error), subscription),
      };
      const receiver: Receiver = new Receiver(this.#settings, toCursor(options), callbacks, (outcome) => {
        if (outcome === "live") resolve(subscription);
        else reject(outcome ?? new SdkError("CANCELLED_ERROR", "The subscribe was given up."));
      });
      const subscription = new TopicSubscribe.Subscription(receiver);
      receiver.onOver = () => {
        signal?.removeEventListener("abort", onAbort);
        this.#session.leave(cache, topic, receiver);
      };
      signal?.addEventListener("abort", onAbort);
      this.#session.join(cache, topic, receiver);
      if (signal?.aborted === true) onAbort();
    });
  }

  #throwIfWanted(thrown: unknown): SdkError {
    const error = toSdkError(thrown, "UNKNOWN_SERVICE_ERROR");
    if (this.#throwsErrors) throw error;
    return error;
  }
}

function toCursor(options: SubscribeCallOptions): Cursor | undefined {
  const { resumeAtTopicSequenceNumber: next = 0, resumeAtTopicSequencePage: page = 0 } = options;
  for (const number of [next, page]) {
    if (!Number.isSafeInteger(number) || number < 0) throw invalid("A sequence is no whole number.");
  }
  return next === 0 ? undefined : { page, next };
}

/** Types are no help to JavaScript: what is none of these would arrive as something else. */
function checkValue(value: unknown): void {
  if (typeof value === "string" ? LONE_SURROGATE.test(value) : !isUint8Array(value)) {
    throw invalid("A value must be a Uint8Array or a well-formed string.");
  }
}

const LONE_SURROGATE = /\p{Cs}/u;

/** Those of other realms too. */
function isUint8Array(value: unknown): boolean {
  return {}.toString.call(value) === "[object Uint8Array]";
}

function checkNames(...names: readonly unknown[]): void {
  for (const name of names) {
    if (typeof name !== "string" || name === "") throw invalid("A name must be a non-empty string.");
  }
}

function toPath(cache: string, topic: string): string {
  checkNames(cache, topic);
  if ([cache, topic].some((name) => name === "." || name === ".." || LONE_SURROGATE.test(name))) {
    throw invalid('A name cannot stand in a URL: ".", "..", half a surrogate pair.');
  }
  return `/topics/${encodeURIComponent(cache)}/${encodeURIComponent(topic)}`;
}

function invalid(message: string): SdkError {
  return new SdkError("INVALID_ARGUMENT_ERROR", message);
}

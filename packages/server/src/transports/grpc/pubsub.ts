// cache_client.pubsub.Pubsub: publish and subscribe (wire-contract.md 4.1, section 5).

import { fromBinary } from "@bufbuild/protobuf";
import { _SubscriptionRequestSchema } from "@subito/wire/cachepubsub";
import { authorizePublish, authorizeSubscribe } from "../../auth/authorize.js";
import { andThen } from "../../kernel/awaitable.js";
import { ServiceError } from "../../kernel/errors.js";
import type { TopicItem } from "../../ports/topic-engine.js";
import type {
  ResponseChunk,
  ResponseEncoding,
  ResponseStream,
  ServerStreamMethod,
  StreamListener,
  UnaryMethod,
} from "../../rpc/methods.js";
import type { Discontinuity, SubscriptionSink, WireForm } from "../../topics/sink.js";
import type { Subscription } from "../../topics/subscription.js";
import type { Topics } from "../../topics/topics.js";
import type { Caller } from "./caller.js";
import { parseRequest } from "./parse-request.js";
import {
  encodeDiscontinuityMessage,
  encodeItemMessages,
  heartbeatMessage,
  parsePublishRequest,
} from "./topic-codec.js";

const emptyMessage = new Uint8Array(0);

export function createPublish(topics: Topics, caller: Caller): UnaryMethod {
  return {
    kind: "unary",
    handle(context, bytes) {
      const { cacheName, topicName, kind, value } = parseRequest(parsePublishRequest, bytes);
      if (kind === undefined) throw new ServiceError("invalid_argument", "The request has no value.");
      return andThen(caller.authenticate(context), (principal) => {
        const grant = authorizePublish(principal, cacheName, topicName);
        return andThen(topics.publish(grant, { kind, value }), () => emptyMessage);
      });
    },
  };
}

export function createSubscribe(topics: Topics, caller: Caller): ServerStreamMethod {
  return {
    kind: "server-stream",
    handle(context, bytes, responses) {
      const request = parseRequest((all) => fromBinary(_SubscriptionRequestSchema, all), bytes);
      const cursor = {
        sequence: toPosition(request.resumeAtTopicSequenceNumber),
        page: toPosition(request.sequencePage),
      };
      return andThen(caller.authenticate(context), (principal) => {
        const grant = authorizeSubscribe(principal, request.cacheName, request.topic);
        const subscription = topics.subscribe(grant, cursor, new ResponseSink(responses));
        return andThen(subscription, (started) => new SubscriptionListener(started));
      });
    },
  };
}

/** Positions above 2^53 name nothing that exists; they are brought down to a number that names nothing either. */
function toPosition(value: bigint): number {
  return value > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(value);
}

/** How items look in one protocol: the same messages, framed and then written as the protocol does. */
class TopicForm implements WireForm<ResponseChunk> {
  readonly #encoding: ResponseEncoding;
  readonly #heartbeat: ResponseChunk;

  constructor(encoding: ResponseEncoding) {
    this.#encoding = encoding;
    this.#heartbeat = encoding.toChunk(heartbeatMessage);
  }

  items(items: readonly TopicItem[]): ResponseChunk {
    return this.#encoding.toChunk(encodeItemMessages(items));
  }

  discontinuity(discontinuity: Discontinuity): ResponseChunk {
    return this.#encoding.toChunk(encodeDiscontinuityMessage(discontinuity));
  }

  heartbeat(): ResponseChunk {
    return this.#heartbeat;
  }
}

/** One form per protocol, so that the hub sees that subscriptions share it. */
const forms = new WeakMap<ResponseEncoding, TopicForm>();

function formOf(encoding: ResponseEncoding): TopicForm {
  let form = forms.get(encoding);
  if (form === undefined) {
    form = new TopicForm(encoding);
    forms.set(encoding, form);
  }
  return form;
}

class ResponseSink implements SubscriptionSink<ResponseChunk> {
  readonly form: TopicForm;
  readonly #responses: ResponseStream;

  constructor(responses: ResponseStream) {
    this.#responses = responses;
    this.form = formOf(responses.encoding);
  }

  get ready(): boolean {
    return this.#responses.ready;
  }

  push(chunk: ResponseChunk): void {
    this.#responses.send(chunk);
  }

  end(error: ServiceError): void {
    this.#responses.end(error);
  }
}

class SubscriptionListener implements StreamListener {
  readonly #subscription: Subscription;

  constructor(subscription: Subscription) {
    this.#subscription = subscription;
  }

  writable(): void {
    this.#subscription.resume();
  }

  cancelled(): void {
    this.#subscription.close();
  }
}

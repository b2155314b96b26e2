// cache_client.pubsub.Pubsub: publish and subscribe (wire-contract.md 4.1, section 5).

import { authorizePublish, authorizeSubscribe } from "../../auth/authorize.js";
import { andThen } from "../../kernel/awaitable.js";
import { ServiceError } from "../../kernel/errors.js";
import type { TopicItem } from "../../ports/topic-engine.js";
import type {
  ResponseChunk,
  ResponseEncoding,
  ResponseStream,
  ServerStreamMethod,
  UnaryMethod,
} from "../../rpc/methods.js";
import type { Discontinuity, SubscriptionSink, WireForm } from "../../topics/sink.js";
import type { Topics } from "../../topics/topics.js";
import type { Caller } from "./caller.js";
import { parseRequest } from "./parse-request.js";
import { parseSubscriptionRequest } from "./subscription-request.js";
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
      const principal = caller.authenticate(context);
      // The request is a view, which ends before one who is not known at once is.
      const kept = principal instanceof Promise ? new Uint8Array(value) : value;
      return andThen(principal, (known) => {
        const grant = authorizePublish(known, cacheName, topicName);
        return andThen(topics.publish(grant, { kind, value: kept }), () => emptyMessage);
      });
    },
  };
}

export function createSubscribe(topics: Topics, caller: Caller): ServerStreamMethod {
  return {
    kind: "server-stream",
    handle(context, bytes, responses) {
      const { cacheName, topicName, cursor } = parseRequest(parseSubscriptionRequest, bytes);
      return andThen(caller.authenticate(context), (principal) => {
        const grant = authorizeSubscribe(principal, cacheName, topicName);
        return topics.subscribe(grant, cursor, toSink(responses));
      });
    },
  };
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

/** A stream of responses is a subscription's sink as soon as it has a form. */
function toSink(responses: ResponseStream): SubscriptionSink<ResponseChunk> {
  responses.form = formOf(responses.encoding);
  return responses as ResponseStream & { form: TopicForm };
}

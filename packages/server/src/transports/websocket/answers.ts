// What the server says on a socket, as messages: answers, which carry the request's id, and the end of a subscription.

import { type OutMessage, textMessage } from "@subito/websocket";
import type { ServiceError } from "../../kernel/errors.js";
import type { TopicHead } from "../../ports/topic-engine.js";
import type { TopicPosition } from "../../topics/resume.js";
import type { TopicName } from "../../topics/sink.js";
import { toErrorEntry } from "../json/errors.js";

/** `type` of the answer to each request, but for `error`. */
export const ANSWER_TYPES = {
  authenticate: "authenticated",
  renew_token: "token_renewed",
  subscribe: "subscribed",
  unsubscribe: "unsubscribed",
  publish: "published",
  ping: "pong",
} as const;

function toMessage(value: object): OutMessage {
  return textMessage(JSON.stringify(value));
}

/** `id` null: the message had none that could be read. */
export function errorAnswer(id: number | null, error: ServiceError): OutMessage {
  return toMessage({ id, type: "error", ...toErrorEntry(error) });
}

export function authenticatedAnswer(id: number, expiresAtMs: number | undefined): OutMessage {
  return toMessage({ id, type: ANSWER_TYPES.authenticate, ...toExpiry(expiresAtMs) });
}

export function renewedAnswer(id: number, renewed: number, expiresAtMs: number | undefined): OutMessage {
  return toMessage({ id, type: ANSWER_TYPES.renew_token, renewed, ...toExpiry(expiresAtMs) });
}

/** To `subscribe` or `unsubscribe`. */
export function positionAnswer(
  id: number,
  type: "subscribe" | "unsubscribe",
  topic: TopicName,
  position: TopicPosition,
): OutMessage {
  return toMessage({ id, type: ANSWER_TYPES[type], ...toPlace(topic), ...toCursor(position) });
}

export function publishedAnswer(id: number, { sequence, page }: TopicHead): OutMessage {
  // Made for each item that is published: numbers need no escaping.
  return textMessage(
    `{"id":${id},"type":"${ANSWER_TYPES.publish}","topic_sequence_number":${sequence},"sequence_page":${page}}`,
  );
}

export function pong(id: number): OutMessage {
  return textMessage(`{"id":${id},"type":"${ANSWER_TYPES.ping}"}`);
}

/** A subscription is over, by the server's doing. */
export function endedMessage(topic: TopicName, error: ServiceError, position: TopicPosition): OutMessage {
  return toMessage({ type: "ended", ...toPlace(topic), ...toErrorEntry(error), ...toCursor(position) });
}

function toPlace({ cacheName, topicName }: TopicName): { cache: string; topic: string } {
  return { cache: cacheName, topic: topicName };
}

function toCursor({ page, nextSequence }: TopicPosition): object {
  return { next_sequence_number: nextSequence, sequence_page: page };
}

function toExpiry(expiresAtMs: number | undefined): object {
  return expiresAtMs === undefined ? {} : { expires_at: Math.floor(expiresAtMs / 1000) };
}

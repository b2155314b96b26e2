// What a subscriber is told in JSON, over a WebSocket and in an event of /sse alike (docs/reference/websocket.md).

import type { ServiceError } from "../../kernel/errors.js";
import type { TopicItem } from "../../ports/topic-engine.js";
import type { TopicPosition } from "../../topics/resume.js";
import type { Discontinuity, TopicName } from "../../topics/sink.js";
import { toDiscontinuityEntry } from "./entries.js";
import { toErrorEntry } from "./errors.js";

// Put together by hand where every item comes by: only what a stranger has written is left to JSON.stringify.

/** `item`, with its value: text as text, binary in base64. One line, whatever the value holds. */
export function itemMessage(item: TopicItem, topic: TopicName): string {
  const bytes = Buffer.from(item.value.buffer, item.value.byteOffset, item.value.byteLength);
  const value =
    item.kind === "text"
      ? `,"value":{"text":${JSON.stringify(bytes.toString("utf8"))}}`
      : `,"value":{"binary":"${bytes.toString("base64")}"}`;
  return toItemMessage(item, topic, value);
}

/** `item` without `value`, for where the bytes come beside the JSON. */
export function bareItemMessage(item: TopicItem, topic: TopicName): string {
  return toItemMessage(item, topic, "");
}

function toItemMessage({ sequence, page, publisherId }: TopicItem, topic: TopicName, value: string): string {
  const publisher = publisherId === "" ? "" : `,"publisher_id":${JSON.stringify(publisherId)}`;
  return `{"type":"item",${toNames(topic)},"item":{"topic_sequence_number":${sequence},"sequence_page":${page}${value}${publisher}}}`;
}

/** `discontinuity`. */
export function discontinuityMessage(discontinuity: Discontinuity, topic: TopicName): string {
  const entry = JSON.stringify(toDiscontinuityEntry(discontinuity));
  return `{"type":"discontinuity",${toNames(topic)},"discontinuity":${entry}}`;
}

/** `ended`: a subscription is over by the server's doing, and could go on from `position`. */
export function endedMessage(error: ServiceError, topic: TopicName, position: TopicPosition): string {
  return JSON.stringify({
    type: "ended",
    cache: topic.cacheName,
    topic: topic.topicName,
    ...toErrorEntry(error),
    next_sequence_number: position.nextSequence,
    sequence_page: position.page,
  });
}

function toNames({ cacheName, topicName }: TopicName): string {
  return `"cache":${JSON.stringify(cacheName)},"topic":${JSON.stringify(topicName)}`;
}

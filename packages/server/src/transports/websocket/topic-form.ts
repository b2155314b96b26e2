// How the items of a subscription look on a socket: a message for each, encoded once for all sockets (docs/reference/websocket.md).

import { type OutMessage, binaryMessage, joinMessages, textMessage } from "@subito/websocket";
import type { TopicItem } from "../../ports/topic-engine.js";
import type { Discontinuity, TopicName, WireForm } from "../../topics/sink.js";
import { toDiscontinuityEntry, toItemEntry, toItemHead } from "../json/entries.js";
import { LENGTH_BYTES } from "./parse-message.js";

/** Undefined: nothing is sent. */
export type SocketChunk = OutMessage | undefined;

/** The one form of all sockets, so that the hub sees that they share it. */
export const topicForm: WireForm<SocketChunk> = {
  items(items, topic) {
    const start = startOf("item", topic);
    return joinMessages(items.map((item) => itemMessage(item, start)));
  },
  discontinuity(discontinuity: Discontinuity, topic) {
    return textMessage(
      `${startOf("discontinuity", topic)}${JSON.stringify(toDiscontinuityEntry(discontinuity))}}`,
    );
  },
  // A socket has a PING of its own.
  heartbeat: () => undefined,
};

/** The message up to its last value, which bears the name of its type. */
function startOf(type: "item" | "discontinuity", { cacheName, topicName }: TopicName): string {
  const [cache, topic] = [JSON.stringify(cacheName), JSON.stringify(topicName)];
  return `{"type":"${type}","cache":${cache},"topic":${topic},"${type}":`;
}

function itemMessage(item: TopicItem, start: string): OutMessage {
  if (item.kind === "text") return textMessage(`${start}${JSON.stringify(toItemEntry(item))}}`);
  const json = Buffer.from(`${start}${JSON.stringify(toItemHead(item))}}`);
  const length = Buffer.allocUnsafe(LENGTH_BYTES);
  length.writeUInt32BE(json.length);
  return binaryMessage([length, json, item.value]);
}

// How the items of a subscription look on a socket: a message for each, encoded once for all sockets (docs/reference/websocket.md).

import { type OutMessage, binaryMessage, joinMessages, textMessage } from "@subito/websocket";
import type { TopicItem } from "../../ports/topic-engine.js";
import type { TopicName, WireForm } from "../../topics/sink.js";
import { bareItemMessage, discontinuityMessage, itemMessage } from "../json/messages.js";
import { LENGTH_BYTES } from "./parse-message.js";

/** Undefined: nothing is sent. */
export type SocketChunk = OutMessage | undefined;

/** The one form of all sockets, so that the hub sees that they share it. */
export const topicForm: WireForm<SocketChunk> = {
  items: (items, topic) => joinMessages(items.map((item) => toMessage(item, topic))),
  discontinuity: (discontinuity, topic) => textMessage(discontinuityMessage(discontinuity, topic)),
  // A socket has a PING of its own.
  heartbeat: () => undefined,
};

function toMessage(item: TopicItem, topic: TopicName): OutMessage {
  if (item.kind === "text") return textMessage(itemMessage(item, topic));
  const json = Buffer.from(bareItemMessage(item, topic));
  const length = Buffer.allocUnsafe(LENGTH_BYTES);
  length.writeUInt32BE(json.length);
  return binaryMessage([length, json, item.value]);
}

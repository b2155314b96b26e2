// The messages of /ws (docs/reference/websocket.md), and how they are read.

import type { ServerError } from "./errors.js";
import { TopicItem } from "./topic-item.js";

/** Where a subscription stands: the next item that it wants. `page` 0: the topic's present one. */
export interface Cursor {
  readonly page: number;
  readonly next: number;
}

/** What the client sends; the link adds `id`. */
export type Request =
  | { readonly type: "authenticate" | "renew_token"; readonly token: string }
  | {
      readonly type: "subscribe";
      readonly cache: string;
      readonly topic: string;
      readonly sequence_number?: number;
      readonly sequence_page?: number;
    }
  | { readonly type: "unsubscribe"; readonly cache: string; readonly topic: string }
  | { readonly type: "ping" };

/** What the server sends, all types in one: `id` is there in answers, the rest as `type` has it. */
export interface ServerMessage extends ServerError {
  readonly id?: number | null;
  readonly type: string;
  readonly cache: string;
  readonly topic: string;
  readonly expires_at?: number;
  readonly next_sequence_number: number;
  readonly sequence_page: number;
  readonly item: {
    readonly topic_sequence_number: number;
    readonly sequence_page: number;
    readonly publisher_id?: string;
    /** Absent in binary messages: there the value is `binary`. */
    readonly value?: { readonly text?: string };
  };
  readonly discontinuity: {
    readonly last_topic_sequence: number;
    readonly new_topic_sequence: number;
    readonly new_sequence_page: number;
  };
  /** The value of an item that came in a binary message. */
  binary?: Uint8Array;
}

/** Text, or four bytes of length, JSON of that length, and a value. Throws for what is neither. */
export function parseMessage(data: unknown): ServerMessage {
  if (typeof data === "string") return JSON.parse(data) as ServerMessage;
  const bytes = new Uint8Array(data as ArrayBuffer);
  const end = 4 + new DataView(bytes.buffer).getUint32(0);
  const message = JSON.parse(new TextDecoder().decode(bytes.subarray(4, end))) as ServerMessage;
  message.binary = bytes.slice(end);
  return message;
}

export function toItem({ item, binary }: ServerMessage): TopicItem {
  const value = binary ?? item.value?.text ?? "";
  return new TopicItem(value, item.topic_sequence_number, item.sequence_page, item.publisher_id);
}

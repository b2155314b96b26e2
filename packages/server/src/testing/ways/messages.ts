// Entries of the JSON wires, and messages of gRPC, as events.

import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  _PublishRequestSchema,
  _SubscriptionItemSchema,
  _SubscriptionRequestSchema,
} from "@subito/wire/cachepubsub";
import type { Inbox } from "./inbox.js";
import type { Cursor, DiscontinuityEvent, ItemEvent, Place, Value } from "./way.js";

export interface JsonItem {
  readonly topic_sequence_number: number;
  readonly sequence_page: number;
  readonly value?: { readonly text?: string; readonly binary?: string };
  readonly publisher_id?: string;
}

export interface JsonDiscontinuity {
  readonly last_topic_sequence: number;
  readonly new_topic_sequence: number;
  readonly new_sequence_page: number;
}

/** `bytes`: the value, where it comes beside the JSON. */
export function fromJsonItem(item: JsonItem, bytes?: Buffer): ItemEvent {
  const {
    value,
    topic_sequence_number: sequence,
    sequence_page: page,
    publisher_id: publisherId = "",
  } = item;
  if ((value === undefined) !== (bytes !== undefined)) throw new Error("a value in two places, or in none");
  const inside = value?.text ?? Buffer.from(value?.binary ?? "", "base64");
  return { kind: "item", sequence, page, value: bytes ?? inside, publisherId };
}

export function fromJsonDiscontinuity(told: JsonDiscontinuity): DiscontinuityEvent {
  return {
    kind: "discontinuity",
    lastSequence: told.last_topic_sequence,
    newSequence: told.new_topic_sequence,
    newPage: told.new_sequence_page,
  };
}

export function toJsonValue(value: Value): { text: string } | { binary: string } {
  return typeof value === "string" ? { text: value } : { binary: value.toString("base64") };
}

// ---- gRPC ----

/** One message of a subscription. */
export function putGrpcMessage(inbox: Inbox, bytes: Uint8Array): void {
  const { kind } = fromBinary(_SubscriptionItemSchema, bytes);
  switch (kind.case) {
    case "heartbeat":
      inbox.live();
      break;
    case "item": {
      const { topicSequenceNumber, sequencePage, publisherId, value } = kind.value;
      const inside = value?.kind.value ?? "";
      inbox.put({
        kind: "item",
        sequence: Number(topicSequenceNumber),
        page: Number(sequencePage),
        value: typeof inside === "string" ? inside : Buffer.from(inside),
        publisherId,
      });
      break;
    }
    case "discontinuity":
      inbox.put({
        kind: "discontinuity",
        lastSequence: Number(kind.value.lastTopicSequence),
        newSequence: Number(kind.value.newTopicSequence),
        newPage: Number(kind.value.newSequencePage),
      });
      break;
    case undefined:
      throw new Error("a message with nothing in it");
  }
}

export function toPublishMessage(place: Place, value: Value): Uint8Array {
  const kind =
    typeof value === "string" ? ({ case: "text", value } as const) : ({ case: "binary", value } as const);
  return toBinary(_PublishRequestSchema, create(_PublishRequestSchema, { ...place, value: { kind } }));
}

export function toSubscribeMessage(place: Place, { sequence, page }: Cursor): Uint8Array {
  const request = {
    ...place,
    resumeAtTopicSequenceNumber: BigInt(sequence),
    sequencePage: BigInt(page),
  };
  return toBinary(_SubscriptionRequestSchema, create(_SubscriptionRequestSchema, request));
}

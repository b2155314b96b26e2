// Items and discontinuities in JSON, the same in every answer that is JSON (wire-contract.md 7.1).

import type { TopicItem } from "../../ports/topic-engine.js";
import type { Discontinuity } from "../../topics/sink.js";

export interface ItemEntry {
  readonly topic_sequence_number: number;
  readonly sequence_page: number;
  /** Absent where the bytes come beside the JSON. */
  readonly value?: { readonly text: string } | { readonly binary: string };
  readonly publisher_id?: string;
}

export interface DiscontinuityEntry {
  /** The last number the subscriber has, or 0. */
  readonly last_topic_sequence: number;
  /** The next item has this number + 1. */
  readonly new_topic_sequence: number;
  readonly new_sequence_page: number;
}

/** `item` with its value: text as text, binary in base64. */
export function toItemEntry(item: TopicItem): ItemEntry {
  const bytes = Buffer.from(item.value.buffer, item.value.byteOffset, item.value.byteLength);
  return {
    topic_sequence_number: item.sequence,
    sequence_page: item.page,
    value: item.kind === "text" ? { text: bytes.toString("utf8") } : { binary: bytes.toString("base64") },
    ...(item.publisherId === "" ? {} : { publisher_id: item.publisherId }),
  };
}

/** `item` without its value, whose bytes are sent as they are. */
export function toItemHead({ sequence, page, publisherId }: TopicItem): ItemEntry {
  return {
    topic_sequence_number: sequence,
    sequence_page: page,
    ...(publisherId === "" ? {} : { publisher_id: publisherId }),
  };
}

export function toDiscontinuityEntry(discontinuity: Discontinuity): DiscontinuityEntry {
  return {
    last_topic_sequence: discontinuity.lastSequence,
    new_topic_sequence: discontinuity.newSequence,
    new_sequence_page: discontinuity.newPage,
  };
}

// How things look in an event stream (HTML 9.2.5): an item is an event of its own, with the cursor behind it as its id.

import type { ServiceError } from "../../kernel/errors.js";
import type { TopicItem } from "../../ports/topic-engine.js";
import { BodyChunk } from "../../rpc/http-message.js";
import type { TopicPosition } from "../../topics/resume.js";
import type { Discontinuity, TopicName, WireForm } from "../../topics/sink.js";
import { discontinuityMessage, endedMessage, itemMessage } from "../json/messages.js";
import { formatCursor } from "./cursors.js";

/** After which a client comes back. Browsers would take three seconds or more. */
const RETRY_MS = 1000;

/** Also the first thing that is pushed for every subscription: then the stream has not begun. */
export const HEARTBEAT = new BodyChunk(Buffer.from(": heartbeat\n\n"));

/** How a stream begins. An event without data is not dispatched, but its id is kept: who is cut off before the first item loses nothing. */
export function beginning(id: string): BodyChunk {
  return new BodyChunk(Buffer.from(`retry: ${RETRY_MS}\nid: ${id}\n\n`));
}

/** The last event of a stream that ends otherwise than by the server's stopping. The id before it stays. */
export function ended(error: ServiceError, topic: TopicName, position: TopicPosition): BodyChunk {
  return new BodyChunk(Buffer.from(`event: ended\ndata: ${endedMessage(error, topic, position)}\n\n`));
}

function cursorBehind({ page, sequence }: TopicItem): string {
  return formatCursor({ page, nextSequence: sequence + 1 });
}

function cursorBehindGap({ newPage, newSequence }: Discontinuity): string {
  return formatCursor({ page: newPage, nextSequence: newSequence + 1 });
}

function itemLines(item: TopicItem, topic: TopicName): string {
  return `data: ${itemMessage(item, topic)}\n\n`;
}

function discontinuityLines(discontinuity: Discontinuity, topic: TopicName): string {
  return `event: discontinuity\ndata: ${discontinuityMessage(discontinuity, topic)}\n\n`;
}

/** For streams of one topic: all of them write the same bytes. */
export const topicForm: WireForm<BodyChunk> = {
  items(items, topic) {
    let text = "";
    for (const item of items) {
      text += `id: ${cursorBehind(item)}\n${itemLines(item, topic)}`;
    }
    return new BodyChunk(Buffer.from(text));
  },
  discontinuity(discontinuity, topic) {
    const id = cursorBehindGap(discontinuity);
    return new BodyChunk(Buffer.from(`id: ${id}\n${discontinuityLines(discontinuity, topic)}`));
  },
  heartbeat: () => HEARTBEAT,
};

/** An event without its id, which every stream of several topics has its own of. */
export interface UnnumberedEvent {
  readonly lines: Uint8Array;
  /** The cursor of its topic behind it. */
  readonly cursor: string;
}

/** For streams of several topics. No events: a heartbeat. */
export const topicsForm: WireForm<readonly UnnumberedEvent[]> = {
  items: (items, topic) =>
    items.map((item) => ({
      lines: Buffer.from(itemLines(item, topic)),
      cursor: cursorBehind(item),
    })),
  discontinuity: (discontinuity, topic) => [
    {
      lines: Buffer.from(discontinuityLines(discontinuity, topic)),
      cursor: cursorBehindGap(discontinuity),
    },
  ],
  heartbeat: () => [],
};

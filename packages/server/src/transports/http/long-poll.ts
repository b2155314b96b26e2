// One long poll: a subscription that lives until it has something to say, in the JSON of wire-contract.md 7.1.

import type { ServiceError } from "../../kernel/errors.js";
import type { Flushable, Turn } from "../../kernel/turn.js";
import type { TopicItem } from "../../ports/topic-engine.js";
import { type HttpResponse, jsonResponse } from "../../rpc/http-message.js";
import type { Discontinuity, SubscriptionSink, WireForm } from "../../topics/sink.js";

type Entry = { readonly item: ItemEntry } | { readonly discontinuity: DiscontinuityEntry };

interface ItemEntry {
  readonly topic_sequence_number: number;
  readonly sequence_page: number;
  readonly value: { readonly text: string } | { readonly binary: string };
  readonly publisher_id?: string;
}

interface DiscontinuityEntry {
  readonly last_topic_sequence: number;
  readonly new_topic_sequence: number;
  readonly new_sequence_page: number;
}

interface Chunk {
  readonly entries: readonly Entry[];
  readonly bytes: number;
}

/** A response is not made longer than this by further items. */
const RESPONSE_BYTES_MAX = 1024 * 1024;

const form: WireForm<Chunk> = {
  items: (items) => ({
    entries: items.map((item) => ({ item: toItemEntry(item) })),
    bytes: items.reduce((sum, item) => sum + item.value.length, 0),
  }),
  discontinuity: (discontinuity) => ({
    entries: [{ discontinuity: toDiscontinuityEntry(discontinuity) }],
    bytes: 0,
  }),
  heartbeat: () => ({ entries: [], bytes: 0 }),
};

function toItemEntry(item: TopicItem): ItemEntry {
  const bytes = Buffer.from(item.value.buffer, item.value.byteOffset, item.value.byteLength);
  return {
    topic_sequence_number: item.sequence,
    sequence_page: item.page,
    value: item.kind === "text" ? { text: bytes.toString("utf8") } : { binary: bytes.toString("base64") },
    ...(item.publisherId === "" ? {} : { publisher_id: item.publisherId }),
  };
}

function toDiscontinuityEntry(discontinuity: Discontinuity): DiscontinuityEntry {
  return {
    last_topic_sequence: discontinuity.lastSequence,
    new_topic_sequence: discontinuity.newSequence,
    new_sequence_page: discontinuity.newPage,
  };
}

/** Where a subscription stands: what the next poll asks for. */
interface Positioned {
  /** Undefined until the engine has told the page. */
  readonly position: { readonly page: number; readonly nextSequence: number } | undefined;
}

export class LongPoll implements SubscriptionSink<Chunk>, Flushable {
  readonly form = form;
  readonly #turn: Turn;
  readonly #entries: Entry[] = [];
  #bytes = 0;
  #error: ServiceError | undefined;
  #done = false;
  #scheduled = false;
  #onDone: (() => void) | undefined;

  constructor(turn: Turn) {
    this.#turn = turn;
  }

  get ready(): boolean {
    return !this.#done && this.#bytes < RESPONSE_BYTES_MAX;
  }

  push(chunk: Chunk): void {
    if (chunk.entries.length === 0) return;
    this.#entries.push(...chunk.entries);
    this.#bytes += chunk.bytes;
    // The rest of the turn may bring more for the same answer.
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#turn.write(this);
  }

  end(error: ServiceError): void {
    this.#error = error;
    this.finish();
  }

  flush(): void {
    this.finish();
  }

  /** Answers with what there is. */
  finish(): void {
    this.#done = true;
    this.#onDone?.();
  }

  /** The answer, once there is one. */
  async response(subscription: Positioned): Promise<HttpResponse> {
    if (!this.#done) {
      await new Promise<void>((resolve) => {
        this.#onDone = resolve;
      });
    }
    if (this.#error !== undefined && this.#entries.length === 0) throw this.#error;
    const { page, nextSequence } = subscription.position ?? { page: 0, nextSequence: 0 };
    // The last two are ours: they give a caller its place even when there was nothing to tell.
    return jsonResponse(200, {
      items: this.#entries,
      next_sequence_number: nextSequence,
      sequence_page: page,
    });
  }
}

// One long poll: a subscription that lives until it has something to say, in the JSON of wire-contract.md 7.1.

import type { ServiceError } from "../../kernel/errors.js";
import type { Flushable, Turn } from "../../kernel/turn.js";
import type { TopicItem } from "../../ports/topic-engine.js";
import { type WholeResponse, jsonResponse } from "../../rpc/http-message.js";
import type { Discontinuity, SubscriptionSink, WireForm } from "../../topics/sink.js";
import {
  type DiscontinuityEntry,
  type ItemEntry,
  toDiscontinuityEntry,
  toItemEntry,
} from "../json/entries.js";

type Entry = { readonly item: ItemEntry } | { readonly discontinuity: DiscontinuityEntry };

/** What is said is written down when it is answered, and then once for all who get the same. */
interface Chunk {
  readonly items: readonly TopicItem[];
  readonly discontinuity?: Discontinuity;
  readonly bytes: number;
}

/** A response is not made longer than this by further items: it is made in one piece, while everybody else waits. */
const RESPONSE_BYTES_MAX = 256 * 1024;

const form: WireForm<Chunk> = {
  items: (items) => ({ items, bytes: items.reduce((sum, item) => sum + item.value.length, 0) }),
  discontinuity: (discontinuity) => ({ items: [], discontinuity, bytes: 0 }),
  heartbeat: () => ({ items: [], bytes: 0 }),
};

function toEntries({ items, discontinuity }: Chunk): Entry[] {
  if (discontinuity !== undefined) return [{ discontinuity: toDiscontinuityEntry(discontinuity) }];
  return items.map((item) => ({ item: toItemEntry(item) }));
}

/** Answers that are remembered: a crowd that polls one topic asks for the same in one turn. */
const ANSWERS_MAX = 4;

interface Answer {
  readonly first: TopicItem;
  readonly itemCount: number;
  readonly nextSequence: number;
  readonly response: WholeResponse;
}

/** The last few answers, shared by all who get the same items; at most some megabytes. */
export class PollAnswers {
  readonly #answers: Answer[] = [];
  #oldest = 0;

  /** The answer with these items, made by `make` unless it was one of the last. An item is of one topic and page. */
  share(items: readonly TopicItem[], nextSequence: number, make: () => WholeResponse): WholeResponse {
    const first = items[0];
    if (first === undefined) return make();
    const known = this.#answers.find(
      (answer) =>
        answer.first === first && answer.itemCount === items.length && answer.nextSequence === nextSequence,
    );
    if (known !== undefined) return known.response;
    const response = make();
    this.#answers[this.#oldest] = { first, itemCount: items.length, nextSequence, response };
    this.#oldest = (this.#oldest + 1) % ANSWERS_MAX;
    return response;
  }
}

/** Where a subscription stands: what the next poll asks for. */
interface Positioned {
  /** Undefined until the engine has told the page. */
  readonly position: { readonly page: number; readonly nextSequence: number } | undefined;
}

const unread: WholeResponse = { status: 204, headers: [], body: new Uint8Array(0) };

export class LongPoll implements SubscriptionSink<Chunk>, Flushable {
  readonly form = form;
  readonly #turn: Turn;
  readonly #answers: PollAnswers;
  readonly #chunks: Chunk[] = [];
  #bytes = 0;
  #error: ServiceError | undefined;
  #done = false;
  #abandoned = false;
  #scheduled = false;
  #onDone: (() => void) | undefined;

  constructor(turn: Turn, answers: PollAnswers) {
    this.#turn = turn;
    this.#answers = answers;
  }

  get ready(): boolean {
    return !this.#done && this.#bytes < RESPONSE_BYTES_MAX;
  }

  push(chunk: Chunk): void {
    if (chunk.items.length === 0 && chunk.discontinuity === undefined) return;
    this.#chunks.push(chunk);
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

  /** Nobody waits for the answer any more: it is not made. */
  abandon(): void {
    this.#abandoned = true;
    this.finish();
  }

  /** Answers with what there is. */
  finish(): void {
    this.#done = true;
    this.#onDone?.();
  }

  /** The answer, once there is one. */
  async response(subscription: Positioned): Promise<WholeResponse> {
    if (!this.#done) {
      await new Promise<void>((resolve) => {
        this.#onDone = resolve;
      });
    }
    if (this.#abandoned) return unread;
    if (this.#error !== undefined && this.#chunks.length === 0) throw this.#error;
    const { page, nextSequence } = subscription.position ?? { page: 0, nextSequence: 0 };
    const make = (): WholeResponse =>
      // The last two are ours: they give a caller its place even when there was nothing to tell.
      jsonResponse(200, {
        items: this.#chunks.flatMap(toEntries),
        next_sequence_number: nextSequence,
        sequence_page: page,
      });
    const isPlain = this.#chunks.every(({ discontinuity }) => discontinuity === undefined);
    if (!isPlain) return make();
    return this.#answers.share(
      this.#chunks.flatMap(({ items }) => items),
      nextSequence,
      make,
    );
  }
}

// Holds the promise of topics against one subscriber: the next sequence of the page, or a discontinuity that says exactly
// what is missing; never neither, nothing twice, no byte changed. Knows only what was published and what was pushed.

import assert from "node:assert/strict";
import type { TopicItem } from "../ports/topic-engine.js";
import type { ResumeCursor } from "../topics/resume.js";
import type { Discontinuity } from "../topics/sink.js";
import type { RecordedChunk, RecordingSink } from "./recording-sink.js";

/** A topic as it is, seen by the test. */
export interface TopicTruth {
  readonly page: number;
  readonly sequence: number;
  readonly items: readonly TopicItem[];
}

export interface CheckerOptions {
  readonly cursor: ResumeCursor;
  /** The value that was published there. */
  readonly published: (page: number, sequence: number) => string | undefined;
  readonly truth: () => TopicTruth | undefined;
  /** The engine answers at once, so that truth at the time of a push is what the push must agree with. */
  readonly exact: boolean;
}

export class PromiseChecker {
  readonly sink: RecordingSink;
  readonly #options: CheckerOptions;
  /** The page of `next`; undefined while the subscriber left it to the server. */
  page: number | undefined;
  /** What has to come next; undefined while a fresh subscriber has nothing. */
  next: number | undefined;
  over = false;
  discontinuities = 0;
  #heartbeats = 0;
  #begun = false;
  /** What a fresh subscriber must have at the latest: published after its first heartbeat. */
  #freshFrom: { readonly page: number; readonly sequence: number } | undefined;
  #before: RecordedChunk["kind"] | undefined;

  constructor(sink: RecordingSink, options: CheckerOptions) {
    this.sink = sink;
    this.#options = options;
    const { sequence, page } = options.cursor;
    this.next = sequence === 0 ? undefined : sequence;
    this.page = page === 0 || sequence === 0 ? undefined : page;
  }

  /** In exact mode: the first sequence that a fresh subscriber gets. */
  expectFresh(page: number, sequence: number): void {
    this.page = page;
    this.next = sequence;
  }

  pushed(chunk: RecordedChunk, wasReady: boolean): void {
    assert.ok(!this.over, "nothing comes after the end");
    if (this.#heartbeats === 0) {
      assert.equal(chunk.kind, "heartbeat", "a heartbeat comes first");
      const truth = this.#options.truth();
      if (truth !== undefined) this.#freshFrom = { page: truth.page, sequence: truth.sequence + 1 };
    } else if (!wasReady) {
      assert.ok(
        chunk.kind === "items" && this.#before === "discontinuity",
        "nothing is queued for a slow sink",
      );
    }
    this.#before = chunk.kind;
    if (chunk.kind === "heartbeat") this.#heartbeats++;
    else if (chunk.kind === "discontinuity") this.#discontinuity(chunk.discontinuity);
    else {
      assert.ok(chunk.items.length > 0, "a chunk has something in it");
      for (const item of chunk.items) this.#item(item);
    }
  }

  /** Nothing more is under way, and the newest item of the topic was published after the last change of page. */
  complete(): void {
    if (this.over) return;
    const truth = this.#options.truth();
    assert.ok(truth !== undefined, "the end is told when the cache is deleted");
    assert.deepEqual({ page: this.page, next: this.next }, { page: truth.page, next: truth.sequence + 1 });
  }

  #discontinuity({ lastSequence, newSequence, newPage }: Discontinuity): void {
    this.discontinuities++;
    if (this.next !== undefined) assert.equal(lastSequence, this.next - 1, "it says what the subscriber has");
    // Only the asked position may be one that the page has not reached.
    if (newPage === this.page && this.#begun) assert.ok(newSequence > lastSequence, "something is missing");
    this.#begun = true;
    if (this.#options.exact) {
      const truth = this.#options.truth() as TopicTruth;
      const retained = truth.items[0]?.sequence ?? truth.sequence + 1;
      assert.deepEqual([newPage, newSequence + 1], [truth.page, retained], "no more is missing than must be");
    }
    this.page = newPage;
    this.next = newSequence + 1;
  }

  #item(item: TopicItem): void {
    this.#begun = true;
    if (this.next === undefined && this.#freshFrom?.page === item.page) {
      assert.ok(item.sequence <= this.#freshFrom.sequence, "nothing after the first heartbeat is missed");
    }
    this.next ??= item.sequence;
    this.page ??= item.page;
    assert.deepEqual([item.page, item.sequence], [this.page, this.next], "the next item, or a discontinuity");
    assert.equal(Buffer.from(item.value).toString(), this.#options.published(item.page, item.sequence));
    this.next++;
  }
}

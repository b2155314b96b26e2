// A subscriber for tests: keeps what it was pushed, takes as much as the test allows, and knows nothing of what is right.

import type { ServiceError } from "../kernel/errors.js";
import type { TopicItem } from "../ports/topic-engine.js";
import type { Discontinuity, SubscriptionSink, WireForm } from "../topics/sink.js";
import type { Subscription } from "../topics/subscription.js";

export type RecordedChunk =
  | { readonly kind: "items"; readonly items: readonly TopicItem[] }
  | { readonly kind: "discontinuity"; readonly discontinuity: Discontinuity }
  | { readonly kind: "heartbeat" };

/** Counts what it encodes. */
export class CountingForm implements WireForm<RecordedChunk> {
  itemChunks = 0;
  heartbeats = 0;

  items(items: readonly TopicItem[]): RecordedChunk {
    this.itemChunks++;
    return { kind: "items", items: [...items] };
  }

  discontinuity(discontinuity: Discontinuity): RecordedChunk {
    return { kind: "discontinuity", discontinuity };
  }

  heartbeat(): RecordedChunk {
    this.heartbeats++;
    return { kind: "heartbeat" };
  }
}

export class RecordingSink implements SubscriptionSink<RecordedChunk> {
  readonly form: CountingForm;
  readonly chunks: RecordedChunk[] = [];
  /** Chunks that it takes before it is not ready. */
  room = Infinity;
  /** Set by the test once it has it. */
  subscription: Subscription | undefined;
  endedBy: ServiceError | undefined;
  onPush: ((chunk: RecordedChunk) => void) | undefined;

  constructor(form: CountingForm = new CountingForm()) {
    this.form = form;
  }

  get ready(): boolean {
    return this.room > 0;
  }

  push(chunk: RecordedChunk): void {
    this.chunks.push(chunk);
    this.room--;
    this.onPush?.(chunk);
  }

  end(error: ServiceError): void {
    if (this.endedBy !== undefined) throw new Error("a sink is ended once");
    this.endedBy = error;
  }

  /** Makes room for `chunks` more, as a transport does when its bytes are out. */
  drain(chunks = Infinity): void {
    this.room = chunks;
    this.subscription?.resume();
  }

  /** What was pushed, briefly: ♥, the text of each item, or last→new@page. */
  get story(): string[] {
    return this.chunks.flatMap((chunk) => {
      if (chunk.kind === "heartbeat") return ["♥"];
      if (chunk.kind === "items") return chunk.items.map((item) => Buffer.from(item.value).toString());
      const { lastSequence, newSequence, newPage } = chunk.discontinuity;
      return [`${lastSequence}→${newSequence}@${newPage}`];
    });
  }
}

// The fan-out of one watched topic: what the engine tells in a turn is encoded once per wire form and handed, as one chunk,
// to every live subscription that stands exactly before it. Everyone else finds it in the ring.

import type { ServiceError } from "../kernel/errors.js";
import type { Flushable, Turn } from "../kernel/turn.js";
import type { SubscriptionLease } from "../ports/grant.js";
import type { TopicItem, TopicWatch, TopicWatcher } from "../ports/topic-engine.js";
import { cacheDeleted } from "./cache-errors.js";
import type { TopicCounts } from "./counts.js";
import type { TopicPosition } from "./resume.js";
import { SharedChunks } from "./shared-chunks.js";
import type { SharedChunk } from "./shared-chunks.js";
import { LIVE, TopicSubscription } from "./subscription.js";
import type { SubscriptionFeed } from "./subscription.js";
import type { SubscriptionSink, WireForm } from "./sink.js";

/** Bounds of what is encoded and pushed at once. */
export interface BatchLimits {
  /** Bytes of values in one chunk; a bigger item is a chunk of its own. */
  readonly batchBytesMax: number;
  readonly batchItemsMax: number;
  /** Reads in a row for one lagging subscription before others have their turn. */
  readonly readsPerTurnMax: number;
  /** Of those who wait for another share, how many get it in one turn. */
  readonly pacedPerTurnMax: number;
}

/** What a topic needs of the hub that holds all of them. */
export interface TopicOwner {
  readonly turn: Turn;
  readonly limits: BatchLimits;
  readonly counts: TopicCounts;
  later(subscription: TopicSubscription): void;
  /** A subscription was added. */
  entered(): void;
  /** `subscription` has ended. */
  left(subscription: TopicSubscription): void;
  /** Nobody is interested in `topic` any more, or its cache is gone: its watch is closed. */
  remove(topic: HubTopic): void;
}

export class HubTopic implements TopicWatcher, Flushable, SubscriptionFeed {
  readonly cacheName: string;
  readonly topicName: string;
  readonly readLimits: { readonly itemsMax: number; readonly bytesMax: number };
  readonly readsPerTurn: number;
  flushedPage = -1;
  flushedNext = -1;
  /** The engine's answer, while it is waited for. */
  opening: Promise<HubTopic> | undefined;
  /** Callers of subscribe that are about to add a subscription. */
  joining = 0;
  /** Why the topic takes no subscription any more. */
  endedBy: ServiceError | undefined;

  readonly #owner: TopicOwner;
  #watch: TopicWatch | undefined;
  readonly #subscriptions: TopicSubscription[] = [];
  #laggingCount = 0;
  readonly #shared = new SharedChunks();
  #batch: TopicItem[] = [];
  #batchBytes = 0;
  #scheduled = false;
  #flushing = false;
  /** The chunks of the batch being flushed, by form: nearly always one. */
  readonly #forms: WireForm<unknown>[] = [];
  readonly #chunks: unknown[] = [];

  constructor(owner: TopicOwner, cacheName: string, topicName: string) {
    this.#owner = owner;
    this.cacheName = cacheName;
    this.topicName = topicName;
    this.readLimits = { itemsMax: owner.limits.batchItemsMax, bytesMax: owner.limits.batchBytesMax };
    this.readsPerTurn = owner.limits.readsPerTurnMax;
  }

  /** Set by the hub before the first subscription is added. */
  get watch(): TopicWatch {
    return this.#watch as TopicWatch;
  }

  get counts(): TopicCounts {
    return this.#owner.counts;
  }

  opened(watch: TopicWatch): void {
    this.#watch = watch;
  }

  // --- what the engine tells ---

  appended(item: TopicItem): void {
    const batch = this.#batch;
    const bytes = item.value.length;
    if (batch.length > 0) {
      const last = batch[batch.length - 1] as TopicItem;
      const follows = item.sequence === last.sequence + 1 && item.page === last.page;
      if (!follows || this.#batchBytes + bytes > this.#owner.limits.batchBytesMax) this.flush();
    }
    // Not `batch`: a flush has put an empty one in its place.
    this.#batch.push(item);
    this.#batchBytes += bytes;
    const { batchBytesMax, batchItemsMax } = this.#owner.limits;
    if (this.#batchBytes >= batchBytesMax || this.#batch.length >= batchItemsMax) this.flush();
    if (this.#batch.length > 0 && !this.#scheduled) {
      this.#scheduled = true;
      this.#owner.turn.beforeWrites(this);
    }
  }

  cacheDeleted(): void {
    this.#owner.remove(this);
    this.end(cacheDeleted(this.cacheName));
  }

  // --- fan-out ---

  /** Hands the batch out. */
  flush(): void {
    this.#scheduled = false;
    const items = this.#batch;
    const first = items[0];
    // A sink that published while it was pushed to: the rest waits for the flush that its item has scheduled.
    if (first === undefined || this.#flushing) return;
    this.#batch = [];
    this.#batchBytes = 0;
    const { page, sequence } = first;
    const next = sequence + items.length;
    // Before the loop: whoever catches up during it must not believe that these items are still to come.
    if (page > this.flushedPage || (page === this.flushedPage && next > this.flushedNext)) {
      this.flushedPage = page;
      this.flushedNext = next;
    }
    this.#flushing = true;
    this.#deliver(items, page, sequence, next);
    this.#flushing = false;
    if (this.#laggingCount > 0) this.#shareBatch(page, sequence, next);
    this.#forms.length = 0;
    this.#chunks.length = 0;
  }

  #deliver(items: readonly TopicItem[], page: number, sequence: number, next: number): void {
    const subscriptions = this.#subscriptions;
    // From the end, because removing one puts the last, which has had its turn, in its place; and the cursor makes a
    // second visit harmless. Whoever joins meanwhile has read these items from the ring.
    let i = subscriptions.length - 1;
    let deliveries = 0;
    while (i >= 0) {
      try {
        for (; i >= 0; i--) {
          const subscription = subscriptions[i];
          if (subscription === undefined || subscription.state !== LIVE) continue;
          if (subscription.nextSequence === sequence && subscription.page === page) {
            const sink = subscription.sink;
            if (sink.ready) {
              subscription.nextSequence = next;
              deliveries++;
              sink.push(sink.form === this.#forms[0] ? this.#chunks[0] : this.#chunkOf(sink.form, items));
            } else {
              subscription.fallBehind();
            }
          } else {
            this.#deliverOdd(subscription, items, page, sequence, next);
          }
        }
      } catch (error) {
        // One sink or form that throws must not keep the items from the others.
        subscriptions[i]?.fail(error);
        i--;
      }
    }
    this.counts.itemsDelivered += deliveries * items.length;
  }

  /** A live subscription whose cursor is not exactly at the start of the batch. */
  #deliverOdd(
    subscription: TopicSubscription,
    items: readonly TopicItem[],
    page: number,
    sequence: number,
    next: number,
  ): void {
    const cursor = subscription.nextSequence;
    if (subscription.page > page || (subscription.page === page && cursor >= next)) return; // has read all of it
    const inside = subscription.page === page && cursor > sequence;
    if (!inside || !subscription.sink.ready) {
      subscription.fallBehind();
      return;
    }
    subscription.nextSequence = next;
    this.counts.itemsDelivered += next - cursor;
    subscription.sink.push(subscription.sink.form.items(items.slice(cursor - sequence), this));
  }

  #chunkOf(form: WireForm<unknown>, items: readonly TopicItem[]): unknown {
    const known = this.#forms.indexOf(form);
    if (known >= 0) return this.#chunks[known];
    const chunk = form.items(items, this);
    this.#forms.push(form);
    this.#chunks.push(chunk);
    return chunk;
  }

  #shareBatch(page: number, firstSequence: number, nextSequence: number): void {
    for (let i = 0; i < this.#forms.length; i++) {
      const form = this.#forms[i] as WireForm<unknown>;
      this.#shared.put({ form, page, firstSequence, nextSequence, chunk: this.#chunks[i] });
    }
  }

  // --- subscriptions ---

  get isEmpty(): boolean {
    return this.#subscriptions.length === 0 && this.joining === 0;
  }

  /** A subscription that waits for its `start()`. */
  add(
    sink: SubscriptionSink<unknown>,
    start: TopicPosition,
    lease: SubscriptionLease | undefined,
  ): TopicSubscription {
    const subscription = new TopicSubscription(this, sink, start, lease);
    subscription.index = this.#subscriptions.length;
    this.#subscriptions.push(subscription);
    this.#laggingCount++;
    this.#owner.entered();
    return subscription;
  }

  leave(subscription: TopicSubscription): void {
    const last = this.#subscriptions.pop() as TopicSubscription;
    if (last !== subscription) {
      this.#subscriptions[subscription.index] = last;
      last.index = subscription.index;
    }
    this.#owner.left(subscription);
    if (this.isEmpty) this.#owner.remove(this);
  }

  /** Hands out what is still in the batch, then ends every subscription with `error`. */
  end(error: ServiceError): void {
    this.endedBy = error;
    this.flush();
    let last;
    while ((last = this.#subscriptions.at(-1)) !== undefined) last.fail(error);
  }

  closeWatch(): void {
    this.#watch?.close();
  }

  // --- for subscriptions that catch up ---

  sharedChunk(form: WireForm<unknown>, page: number, sequence: number): SharedChunk | undefined {
    return this.#shared.find(form, page, sequence);
  }

  shareChunk(shared: SharedChunk): void {
    if (this.#laggingCount > 1) this.#shared.put(shared);
  }

  forgetSharedChunks(): void {
    this.#shared.clear();
  }

  lagging(change: 1 | -1): void {
    this.#laggingCount += change;
    if (this.#laggingCount === 0) this.#shared.clear();
  }

  later(subscription: TopicSubscription): void {
    this.#owner.later(subscription);
  }
}

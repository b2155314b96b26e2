// One subscription: a cursor into the topic's ring. While live, the hub hands it each batch; when its sink is slow nothing is
// queued for it, and it catches up by reading the ring from its cursor. What it lost by that is told in a discontinuity.

import { ServiceError } from "../kernel/errors.js";
import type { LeaseHolder, SubscribeGrant, SubscriptionLease } from "../ports/grant.js";
import type { RingSlice, TopicItem, TopicWatch } from "../ports/topic-engine.js";
import type { TopicCounts } from "./counts.js";
import type { HeartbeatMember } from "./heartbeats.js";
import { discontinuityBefore, readSequence, UNKNOWN_PAGE } from "./resume.js";
import type { TopicPosition } from "./resume.js";
import type { SharedChunk } from "./shared-chunks.js";
import type { SubscriptionSink, WireForm } from "./sink.js";

/** A running subscription, as a transport holds it. */
export interface Subscription {
  /** The next item this subscriber is to get: a cursor to go on from. */
  readonly position: TopicPosition;
  /** To be called when the sink has become ready again. Costs nothing when there was nothing to catch up. */
  resume(): void;
  /** Ends it by the subscriber's doing: nothing is pushed afterwards, and `sink.end` is not called. */
  close(): void;
  readonly cacheName: string;
  readonly topicName: string;
  /** What it lives by; undefined: nothing of its credential ends it. */
  readonly lease: SubscriptionLease | undefined;
  /** Lives on by another credential, which was granted the same topic. */
  renew(grant: SubscribeGrant): void;
}

/** Everything up to the cursor was pushed; the next batch that starts there is pushed by the hub. */
export const LIVE = 0;
/** Behind, with a sink that is not ready: waits for `resume()`. */
export const WAITING = 1;
/** Reading the ring, or waiting for the engine's answer; also before `start()`. */
export const READING = 2;
/** Behind, with a ready sink: has had its share of this turn. */
export const PACED = 3;
export const CLOSED = 4;

/** What a subscription needs of its topic's hub. */
export interface SubscriptionFeed {
  readonly cacheName: string;
  readonly topicName: string;
  readonly watch: TopicWatch;
  readonly counts: TopicCounts;
  /** Set while the topic ends: only what is in hand is still given out. */
  readonly endedBy: ServiceError | undefined;
  /** What the hub has already handed to live subscriptions: everything before `flushedNext` of `flushedPage`. */
  readonly flushedPage: number;
  readonly flushedNext: number;
  readonly readLimits: { readonly itemsMax: number; readonly bytesMax: number };
  /** Reads in a row for one subscription before others have their turn. */
  readonly readsPerTurn: number;
  /** A chunk that another subscription already had made, starting exactly there. */
  sharedChunk(form: WireForm<unknown>, page: number, sequence: number): SharedChunk | undefined;
  shareChunk(shared: SharedChunk): void;
  forgetSharedChunks(): void;
  /** `subscription` left (-1) or joined (+1) those of the topic that are not live. */
  lagging(change: 1 | -1): void;
  /** Calls `subscription.goOn()` in a later turn. */
  later(subscription: TopicSubscription): void;
  /** Takes `subscription` off the topic and off the heartbeats. */
  leave(subscription: TopicSubscription): void;
}

/** There may be a million of these: a class of few fields, no closure and no buffer of its own. */
export class TopicSubscription implements Subscription, HeartbeatMember, LeaseHolder {
  // What a delivery looks at comes first: fields lie in memory in this order, and a fan-out meets every subscription cold.
  state = READING;
  nextSequence: number;
  page: number;
  readonly sink: SubscriptionSink<unknown>;
  readonly #feed: SubscriptionFeed;
  /** Place in the hub's array; the hub's to change. */
  index = -1;
  heartbeatSlot = -1;
  heartbeatIndex = -1;
  leaseIndex = -1;
  lease: SubscriptionLease | undefined;
  #readsLeft = 0;

  constructor(
    feed: SubscriptionFeed,
    sink: SubscriptionSink<unknown>,
    start: TopicPosition,
    lease: SubscriptionLease | undefined,
  ) {
    this.#feed = feed;
    this.sink = sink;
    this.lease = lease;
    lease?.add(this);
    this.page = start.page;
    this.nextSequence = start.nextSequence;
  }

  get cacheName(): string {
    return this.#feed.cacheName;
  }

  get topicName(): string {
    return this.#feed.topicName;
  }

  get position(): TopicPosition {
    return { page: this.page, nextSequence: this.nextSequence };
  }

  /** Begins to read, once. */
  start(): void {
    if (this.state === READING) this.goOn();
  }

  resume(): void {
    // In every other state it is live, at work or to be woken anyway, and looks at `sink.ready` itself.
    if (this.state === WAITING) this.goOn();
  }

  close(): void {
    if (this.state === CLOSED) return;
    this.#leave();
  }

  renew({ lease }: SubscribeGrant): void {
    if (this.state === CLOSED) return;
    this.lease?.remove(this);
    this.lease = lease;
    lease?.add(this);
  }

  fail(error: unknown): void {
    if (this.state === CLOSED) return;
    this.#leave();
    this.sink.end(ServiceError.from(error));
  }

  missedHeartbeat(): void {
    // A subscriber that has stood still for a heartbeat must not keep its topic's shared chunks alive.
    this.#feed.forgetSharedChunks();
  }

  /** The hub had something for this live subscription that it did not take: from now on it reads the ring. */
  fallBehind(): void {
    this.state = WAITING;
    this.#feed.lagging(1);
    // Without room it waits for resume(); with room (a hole, a new page) nobody else would wake it.
    if (this.sink.ready && this.#feed.endedBy === undefined) this.goOn();
  }

  /** Catches up with a new share of reads. */
  goOn(): void {
    this.state = READING;
    this.#readsLeft = this.#feed.readsPerTurn;
    this.#catchUp();
  }

  #leave(): void {
    if (this.state !== LIVE) this.#feed.lagging(-1);
    this.state = CLOSED;
    this.lease?.remove(this);
    this.#feed.leave(this);
  }

  #catchUp(): void {
    try {
      while (this.#mayRead()) {
        if (this.#pushShared()) continue;
        const answer = this.#feed.watch.read(
          readSequence(this.page, this.nextSequence),
          this.#feed.readLimits,
        );
        if (answer instanceof Promise) {
          answer.then(
            (slice) => this.#answered(slice),
            (error: unknown) => this.fail(error),
          );
          return;
        }
        this.#take(answer);
      }
    } catch (error) {
      this.fail(error);
    }
  }

  #answered(slice: RingSlice): void {
    if (this.state !== READING) return;
    if (!this.sink.ready) {
      // Keeping the answer would be a queue; it is read again when there is room.
      this.state = WAITING;
      return;
    }
    try {
      this.#take(slice);
    } catch (error) {
      this.fail(error);
    }
    this.#catchUp();
  }

  /** True when one more read is due; otherwise the state says what is waited for. */
  #mayRead(): boolean {
    if (this.state !== READING) return false;
    if (this.page === this.#feed.flushedPage && this.nextSequence === this.#feed.flushedNext) {
      this.#goLive();
      return false;
    }
    if (!this.sink.ready) {
      this.state = WAITING;
      return false;
    }
    if (this.#readsLeft === 0) {
      this.state = PACED;
      this.#feed.later(this);
      return false;
    }
    this.#readsLeft--;
    return true;
  }

  #pushShared(): boolean {
    const shared = this.#feed.sharedChunk(this.sink.form, this.page, this.nextSequence);
    if (shared === undefined) return false;
    this.#feed.counts.itemsDelivered += shared.nextSequence - this.nextSequence;
    this.nextSequence = shared.nextSequence;
    this.sink.push(shared.chunk);
    return true;
  }

  /** Pushes what a read gave and moves the cursor behind it; live when that was all there is. */
  #take(slice: RingSlice): void {
    const { head, firstSequence, items } = slice;
    if (head.page !== this.page && this.page !== UNKNOWN_PAGE) {
      // The read was for a number of a page that is gone; the new one is read from its first item.
      this.page = UNKNOWN_PAGE;
      return;
    }
    const gap = discontinuityBefore(this.page, this.nextSequence, slice);
    // The cursor is moved before each push, so that it is right for whatever the sink does meanwhile.
    if (gap !== undefined) {
      this.page = head.page;
      this.nextSequence = firstSequence;
      this.#feed.counts.discontinuities++;
      this.sink.push(this.sink.form.discontinuity(gap, this.#feed));
      if (this.state !== READING) return;
    }
    const already = this.nextSequence - firstSequence;
    if (items.length > already && !this.#pushItems(already === 0 ? items : items.slice(already))) return;
    if (this.nextSequence > head.sequence && !this.#hubIsAhead()) this.#goLive();
  }

  /** False when the sink has ended the subscription meanwhile. */
  #pushItems(items: readonly TopicItem[]): boolean {
    const firstSequence = this.nextSequence;
    const chunk = this.sink.form.items(items, this.#feed);
    this.nextSequence += items.length;
    this.#feed.counts.itemsDelivered += items.length;
    this.#feed.shareChunk({
      form: this.sink.form,
      page: this.page,
      firstSequence,
      nextSequence: this.nextSequence,
      chunk,
    });
    this.sink.push(chunk);
    return this.state === READING;
  }

  /** True when the hub has handed out items that this subscription has not: an answer that came late. */
  #hubIsAhead(): boolean {
    const { flushedPage, flushedNext } = this.#feed;
    return flushedPage > this.page || (flushedPage === this.page && flushedNext > this.nextSequence);
  }

  #goLive(): void {
    this.state = LIVE;
    this.#feed.lagging(-1);
  }
}

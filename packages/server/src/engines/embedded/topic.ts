// One topic's state in memory: its numbering, its ring of recent items, and the bytes that the ring pins.

import { RingBuffer } from "../../kernel/ring-buffer.js";
import type { TopicItem, TopicWatcher } from "../../ports/topic-engine.js";

/** What an item takes beside its bytes: the item, the view of its bytes, its place in the ring (estimated from object sizes). */
export const ITEM_OVERHEAD_BYTES = 224;

// A block of its own for every small value costs about 700 ns of CPU at 128 bytes, a view of a shared block 100 ns.
export const BLOCK_BYTES_MAX = 16_384;

/** One watcher's place in a topic. */
export interface WatchEntry {
  closed: boolean;
  readonly watcher: TopicWatcher;
}

const NO_WATCHES: readonly WatchEntry[] = [];

export class Topic {
  readonly siblings: Map<string, Topic>;
  readonly name: string;
  readonly page: number;
  readonly ring = new RingBuffer<TopicItem>();
  sequence = 0;
  /** Bytes of all blocks that the ring's values lie in, and the overhead of its items. */
  ringBytes = 0;
  /** Replaced, never changed: whoever walks through it is not disturbed by who comes or goes. */
  watches: readonly WatchEntry[] = NO_WATCHES;
  activeAtMs: number;

  list: TopicList | undefined = undefined;
  previous: Topic | undefined = undefined;
  next: Topic | undefined = undefined;

  // The newest block. Blocks belong to one topic, and its items leave in the order in which they came, so that
  // what a ring pins is known exactly, and nothing pins the block of another topic.
  #block: ArrayBuffer | undefined = undefined;
  #blockUsed = 0;

  constructor(siblings: Map<string, Topic>, name: string, page: number, nowMs: number) {
    this.siblings = siblings;
    this.name = name;
    this.page = page;
    this.activeAtMs = nowMs;
  }

  /**
   * A copy of `value` that lives as long as the ring needs it. To be put into an item that is appended next.
   * Small values share blocks of at most `blockBytesMax`.
   */
  keep(value: Uint8Array, blockBytesMax: number): Uint8Array {
    const size = value.byteLength;
    let block = this.#block;
    if (block === undefined || block.byteLength - this.#blockUsed < size) {
      // No larger than what the topic holds already: a topic with one small item takes no more than that.
      block = new ArrayBuffer(Math.max(size, Math.min(blockBytesMax, Math.floor(this.ringBytes / 2))));
      this.#block = block;
      this.#blockUsed = 0;
      this.ringBytes += block.byteLength;
    }
    const copy = new Uint8Array(block, this.#blockUsed, size);
    copy.set(value);
    this.#blockUsed += size;
    return copy;
  }

  append(item: TopicItem): void {
    this.ring.push(item);
    this.sequence = item.sequence;
    this.ringBytes += ITEM_OVERHEAD_BYTES;
  }

  /** Takes the oldest item out of the ring, which has one. */
  dropFirst(): void {
    const block = (this.ring.shift() as TopicItem).value.buffer;
    this.ringBytes -= ITEM_OVERHEAD_BYTES;
    const first = this.ring.first();
    if (first === undefined) {
      this.#block = undefined;
      this.ringBytes = 0;
    } else if (first.value.buffer !== block) {
      this.ringBytes -= block.byteLength;
    }
  }

  clear(): void {
    this.ring.clear();
    this.#block = undefined;
    this.ringBytes = 0;
  }
}

/** A linked list through the topics themselves: each is in one at most, and leaves it without a search. */
export class TopicList {
  first: Topic | undefined = undefined;
  #last: Topic | undefined = undefined;
  size = 0;

  /** `topic` must be in no list. */
  pushBack(topic: Topic): void {
    topic.list = this;
    topic.previous = this.#last;
    topic.next = undefined;
    if (this.#last === undefined) this.first = topic;
    else this.#last.next = topic;
    this.#last = topic;
    this.size += 1;
  }

  /** `topic` must be in this list. */
  remove(topic: Topic): void {
    if (topic.previous === undefined) this.first = topic.next;
    else topic.previous.next = topic.next;
    if (topic.next === undefined) this.#last = topic.previous;
    else topic.next.previous = topic.previous;
    topic.list = undefined;
    topic.previous = undefined;
    topic.next = undefined;
    this.size -= 1;
  }

  moveToBack(topic: Topic): void {
    if (this.#last === topic) return;
    this.remove(topic);
    this.pushBack(topic);
  }
}

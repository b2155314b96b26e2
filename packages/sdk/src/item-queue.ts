// What waits for an iterator: a bounded queue of items and discontinuities. When it is full the oldest go, and a discontinuity stands for them.

import type { SdkError } from "./errors.js";
import { TopicDiscontinuity, TopicItem } from "./topic-item.js";

export interface QueueLimits {
  readonly bufferItemsMax: number;
  readonly bufferBytesMax: number;
}

export interface ItemQueue {
  push(entry: TopicItem | TopicDiscontinuity): void;
  /** After what waits: the end, or `error`. */
  end(error?: SdkError): void;
  /** The next entry; undefined at the end. Rejects once with the error of `end`. Calls are answered in their order. */
  next(): Promise<TopicItem | TopicDiscontinuity | undefined>;
}

interface Waiter {
  resolve(entry: TopicItem | TopicDiscontinuity | undefined): void;
  reject(error: SdkError): void;
}

/** `onDiscontinuity` is called when an iterator comes to a discontinuity, before the item after it. */
export function createItemQueue(
  limits: QueueLimits,
  onDiscontinuity: ((discontinuity: TopicDiscontinuity) => void) | undefined,
): ItemQueue {
  const entries: (TopicItem | TopicDiscontinuity)[] = [];
  const waiters: Waiter[] = [];
  let bytes = 0;
  let isOver = false;
  let fault: SdkError | undefined;

  function flush(): void {
    while (waiters.length > 0) {
      const entry = entries.shift();
      if (entry === undefined && !isOver) return;
      const waiter = waiters.shift();
      if (entry !== undefined) {
        bytes -= sizeOf(entry);
        if (entry instanceof TopicDiscontinuity) onDiscontinuity?.(entry);
        waiter?.resolve(entry);
      } else if (fault === undefined) waiter?.resolve(undefined);
      else {
        waiter?.reject(fault);
        fault = undefined;
      }
    }
  }

  /** Of the two oldest entries one discontinuity becomes, until it is within the limits. The newest always stays. */
  function shrink(): void {
    while (entries.length > 2 && (entries.length > limits.bufferItemsMax || bytes > limits.bufferBytesMax)) {
      const [first, second] = entries.splice(0, 2);
      if (first === undefined || second === undefined) return;
      bytes -= sizeOf(first) + sizeOf(second);
      entries.unshift(toGap(first, second));
    }
  }

  return {
    push(entry) {
      if (isOver) return;
      entries.push(entry);
      bytes += sizeOf(entry);
      flush();
      shrink();
    },
    end(error) {
      isOver = true;
      fault = error;
      flush();
    },
    next: () =>
      new Promise((resolve, reject) => {
        waiters.push({ resolve, reject });
        flush();
      }),
  };
}

function sizeOf(entry: TopicItem | TopicDiscontinuity): number {
  return entry instanceof TopicItem ? entry.value().length : 0;
}

/** The gap from before `first` to after `second`. */
function toGap(
  first: TopicItem | TopicDiscontinuity,
  second: TopicItem | TopicDiscontinuity,
): TopicDiscontinuity {
  const last = first instanceof TopicItem ? first.sequenceNumber() - 1 : first.lastSequenceNumber();
  return second instanceof TopicItem
    ? new TopicDiscontinuity(last, second.sequenceNumber(), second.sequencePage())
    : new TopicDiscontinuity(last, second.newSequenceNumber(), second.newSequencePage());
}

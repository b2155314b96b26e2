// What waits for an iterator: a bounded queue of items and discontinuities. When it is full the oldest go, and a discontinuity stands for them.

import type { SdkError } from "./errors.js";
import { TopicDiscontinuity, TopicItem } from "./topic-item.js";

type Entry = TopicItem | TopicDiscontinuity;

export interface QueueLimits {
  readonly bufferItemsMax: number;
  readonly bufferBytesMax: number;
}

export interface ItemQueue {
  readonly push: (entry: Entry) => void;
  /** After what waits: the end, or `error`. */
  end(error?: SdkError): void;
  /** The next entry; undefined at the end. Rejects once with the error of `end`. */
  next(): Promise<Entry | undefined>;
}

/** `onDiscontinuity` is called when an iterator comes to a discontinuity, before the item after it. */
export function createItemQueue(
  { bufferItemsMax, bufferBytesMax }: QueueLimits,
  onDiscontinuity: ((discontinuity: TopicDiscontinuity) => void) | undefined,
): ItemQueue {
  const entries: Entry[] = [];
  const waiters: (() => void)[] = [];
  let bytes = 0;
  let isOver = false;
  let fault: SdkError | undefined;

  function wake(): void {
    for (const run of waiters.splice(0)) run();
  }

  function shift(): Entry | undefined {
    const entry = entries.shift();
    if (entry !== undefined) bytes -= sizeOf(entry);
    return entry;
  }

  /** Of the two oldest entries one discontinuity becomes, until it is within the limits. The newest always stays. */
  function shrink(): void {
    while (entries.length > 2 && (entries.length > bufferItemsMax || bytes > bufferBytesMax)) {
      const [first, second] = [shift(), shift()];
      if (first !== undefined && second !== undefined) entries.unshift(toGap(first, second));
    }
  }

  return {
    push(entry) {
      if (isOver) return;
      entries.push(entry);
      bytes += sizeOf(entry);
      shrink();
      wake();
    },
    end(error) {
      isOver = true;
      fault = error;
      wake();
    },
    async next() {
      for (;;) {
        const entry = shift();
        if (entry instanceof TopicDiscontinuity) onDiscontinuity?.(entry);
        if (entry !== undefined) return entry;
        if (isOver) break;
        await new Promise<void>((resolve) => waiters.push(resolve));
      }
      const error = fault;
      fault = undefined;
      if (error !== undefined) throw error;
      return undefined;
    },
  };
}

function sizeOf(entry: Entry): number {
  return entry instanceof TopicItem ? entry.value().length : 0;
}

/** The gap from before `first` to after `second`. */
function toGap(first: Entry, second: Entry): TopicDiscontinuity {
  const last = first instanceof TopicItem ? first.sequenceNumber() - 1 : first.lastSequenceNumber();
  return second instanceof TopicItem
    ? new TopicDiscontinuity(last, second.sequenceNumber(), second.sequencePage())
    : new TopicDiscontinuity(last, second.newSequenceNumber(), second.newSequencePage());
}

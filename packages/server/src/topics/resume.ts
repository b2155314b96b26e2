// Where a subscription starts, and what it must be told when the ring cannot continue it: pure functions, no I/O.

import type { RingSlice, TopicHead } from "../ports/topic-engine.js";
import type { Discontinuity } from "./sink.js";

/** What a subscriber asks for (wire-contract.md 5.4): the sequence it wants next, and the page in which that counts. */
export interface ResumeCursor {
  /** The first sequence wanted (inclusive); 0 means a fresh subscription. */
  readonly sequence: number;
  /** 0 means unspecified: the topic's present page. */
  readonly page: number;
}

/** The next item a subscription wants. */
export interface TopicPosition {
  readonly page: number;
  readonly nextSequence: number;
}

/**
 * In place of a page: the sequence counts in no page that the topic still has. Such a position goes on with the first
 * retained item, after a discontinuity. No topic has this page (they are milliseconds since 1970), and it is not 0, which
 * would mean the present page to whoever resumes with it.
 */
export const UNKNOWN_PAGE = 1;

/**
 * The position at which `cursor` begins. `freshSequence` is where a fresh subscription starts: the first item of the fresh
 * window, or the head's sequence + 1.
 */
export function startPosition(cursor: ResumeCursor, head: TopicHead, freshSequence: number): TopicPosition {
  if (cursor.sequence === 0) return { page: head.page, nextSequence: freshSequence };
  const samePage = cursor.page === 0 || cursor.page === head.page;
  // A sequence that the page has not reached comes from another numbering, whatever its page says.
  const possible = cursor.sequence <= head.sequence + 1;
  return { page: samePage && possible ? head.page : UNKNOWN_PAGE, nextSequence: cursor.sequence };
}

/**
 * The sequence to read from the ring for a position: numbers of an unknown page mean nothing in the present one, so its
 * ring is read from the start.
 */
export function readSequence(page: number, nextSequence: number): number {
  return page === UNKNOWN_PAGE ? 1 : nextSequence;
}

/**
 * What must be said before the items of `slice` to a subscriber that wants `nextSequence` of `page`; undefined when the
 * slice continues it exactly.
 */
export function discontinuityBefore(
  page: number,
  nextSequence: number,
  slice: RingSlice,
): Discontinuity | undefined {
  if (slice.head.page === page && slice.firstSequence <= nextSequence) return undefined;
  return {
    lastSequence: Math.max(0, nextSequence - 1),
    newSequence: slice.firstSequence - 1,
    newPage: slice.head.page,
  };
}

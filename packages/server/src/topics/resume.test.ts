// The table of wire-contract.md 5.4: where each kind of cursor starts.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { RingSlice, TopicItem } from "../ports/topic-engine.js";
import { discontinuityBefore, readSequence, startPosition } from "./resume.js";
import type { ResumeCursor } from "./resume.js";

const PAGE = 1_790_000_000_000;

/** The part of a ring that holds `first` to `head`, read from `from`. */
function read(first: number, head: number, from: number): RingSlice {
  const items: TopicItem[] = [];
  for (let sequence = Math.max(first, from); sequence <= head; sequence++) {
    items.push({
      kind: "text",
      value: Buffer.from(`${sequence}`),
      page: PAGE,
      sequence,
      publisherId: "",
      publishedAtMs: 0,
    });
  }
  const firstSequence = items[0]?.sequence ?? head + 1;
  return { head: { page: PAGE, sequence: head }, firstSequence, items };
}

interface Row {
  readonly name: string;
  readonly cursor: ResumeCursor;
  /** First retained sequence, and the head's. */
  readonly ring: readonly [number, number];
  /** First sequence of the fresh window; head + 1 when absent. */
  readonly fresh?: number;
  /** Sequence of the first item that is given, head + 1 when none. */
  readonly first: number;
  /** lastSequence → newSequence of the discontinuity in front; absent: there must be none. */
  readonly gap?: readonly [number, number];
}

// wire-contract.md 5.4, row by row.
const rows: Row[] = [
  { name: "fresh, nothing published", cursor: { sequence: 0, page: 0 }, ring: [1, 0], first: 1 },
  { name: "fresh, nothing in the window", cursor: { sequence: 0, page: 0 }, ring: [1, 3], first: 4 },
  {
    name: "fresh, published just before",
    cursor: { sequence: 0, page: 0 },
    ring: [1, 3],
    fresh: 3,
    first: 3,
  },
  { name: "fresh, with a page of another life", cursor: { sequence: 0, page: 7 }, ring: [1, 3], first: 4 },
  { name: "2 of 3, page unspecified", cursor: { sequence: 2, page: 0 }, ring: [1, 3], first: 2 },
  { name: "2 of 3, matching page", cursor: { sequence: 2, page: PAGE }, ring: [1, 3], first: 2 },
  { name: "the newest again", cursor: { sequence: 3, page: PAGE }, ring: [1, 3], first: 3 },
  { name: "last + 1, matching page", cursor: { sequence: 4, page: PAGE }, ring: [1, 3], first: 4 },
  { name: "last + 1, page unspecified", cursor: { sequence: 4, page: 0 }, ring: [1, 3], first: 4 },
  { name: "1, all retained", cursor: { sequence: 1, page: 0 }, ring: [1, 3], first: 1 },
  { name: "1, nothing published", cursor: { sequence: 1, page: PAGE }, ring: [1, 0], first: 1 },
  {
    name: "300 of an unknown page",
    cursor: { sequence: 300, page: 5_435_435 },
    ring: [1, 1],
    first: 1,
    gap: [299, 0],
  },
  {
    name: "2 of an unknown page",
    cursor: { sequence: 2, page: 5_435_435 },
    ring: [1, 5],
    first: 1,
    gap: [1, 0],
  },
  {
    name: "1 of an unknown page, nothing published",
    cursor: { sequence: 1, page: 9 },
    ring: [1, 0],
    first: 1,
    gap: [0, 0],
  },
  {
    name: "beyond last + 1, page unspecified",
    cursor: { sequence: 5, page: 0 },
    ring: [1, 3],
    first: 1,
    gap: [4, 0],
  },
  {
    name: "beyond last + 1, matching page",
    cursor: { sequence: 5, page: PAGE },
    ring: [2, 3],
    first: 2,
    gap: [4, 1],
  },
  {
    name: "older than the ring",
    cursor: { sequence: 2, page: PAGE },
    ring: [5, 9],
    first: 5,
    gap: [1, 4],
  },
  {
    name: "older than the ring, page unspecified",
    cursor: { sequence: 1, page: 0 },
    ring: [5, 9],
    first: 5,
    gap: [0, 4],
  },
  {
    name: "everything has aged out",
    cursor: { sequence: 4, page: PAGE },
    ring: [10, 9],
    first: 10,
    gap: [3, 9],
  },
];

for (const { name, cursor, ring, fresh, first, gap } of rows) {
  void test(`resume: ${name}`, () => {
    const [retained, headSequence] = ring;
    const head = { page: PAGE, sequence: headSequence };
    const start = startPosition(cursor, head, fresh ?? headSequence + 1);
    const slice = read(retained, headSequence, readSequence(start.page, start.nextSequence));
    const discontinuity = discontinuityBefore(start.page, start.nextSequence, slice);
    const expected = gap && { lastSequence: gap[0], newSequence: gap[1], newPage: PAGE };
    assert.deepEqual(discontinuity, expected);
    assert.equal(slice.firstSequence, first);
  });
}

void test("a position whose page has gone is read from the start of the new one", () => {
  const slice = read(3, 8, 1);
  assert.deepEqual(discontinuityBefore(PAGE - 1, 100, slice), {
    lastSequence: 99,
    newSequence: 2,
    newPage: PAGE,
  });
});

// Event ids: every list of cursors comes back as it was, and nothing else is taken.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { code } from "../../testing/topics-world.js";
import type { TopicPosition } from "../../topics/resume.js";
import { formatCursor, joinCursors, parseCursors } from "./cursors.js";

const formatCursors = (positions: readonly TopicPosition[]): string =>
  joinCursors(positions.map(formatCursor));

const anyPosition = fc.record(
  { page: fc.maxSafeNat(), nextSequence: fc.maxSafeNat() },
  { noNullPrototype: true },
);

test("property: any list of cursors survives the way out and back", () => {
  fc.assert(
    fc.property(fc.array(anyPosition, { minLength: 1, maxLength: 32 }), (positions) => {
      const cursors = parseCursors(formatCursors(positions), positions.length);
      assert.deepEqual(
        cursors.map(({ page, sequence }) => ({ page, nextSequence: sequence })),
        positions,
      );
    }),
  );
});

test("property: what is taken is what would be written; the rest is refused in words", () => {
  const pieces = fc.constantFrom(
    ...Array.from("0123456789:,-+. e"),
    "00",
    "9007199254740991",
    "9007199254740992",
  );
  const anyText = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(pieces).map((some) => some.join("")),
  );
  fc.assert(
    fc.property(anyText, fc.integer({ min: 1, max: 4 }), (text, count) => {
      if (text === "") return;
      let cursors;
      try {
        cursors = parseCursors(text, count);
      } catch (error) {
        code("invalid_argument", /last event id/)(error);
        return;
      }
      const positions = cursors.map(({ page, sequence }) => ({ page, nextSequence: sequence }));
      assert.equal(formatCursors(positions), text);
      assert.equal(positions.length, count);
    }),
    { numRuns: 2000 },
  );
});

test("none, and an empty one, begin afresh", () => {
  const fresh = { page: 0, sequence: 0 };
  assert.deepEqual(parseCursors(undefined, 1), [fresh]);
  assert.deepEqual(parseCursors("", 2), [fresh, fresh]);
});

test("near misses are refused", () => {
  for (const [text, count] of [
    ["5", 1],
    ["5:", 1],
    [":5", 1],
    ["5:6:7", 1],
    ["05:6", 1],
    ["5:6 ", 1],
    ["5: 6", 1],
    ["-5:6", 1],
    ["5:1e3", 1],
    ["٥:6", 1],
    ["9007199254740992:1", 1],
    ["5:6", 2],
    ["5:6,7:8", 1],
    ["5:6,", 1],
    ["5:6, 7:8", 2],
    ["5:6,,7:8", 3],
    ["5:6\n", 1],
    [",".repeat(1_000_000), 32],
  ] as const) {
    assert.throws(() => parseCursors(text, count), code("invalid_argument", /page:next/), text.slice(0, 20));
  }
});

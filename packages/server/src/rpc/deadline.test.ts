// The grpc-timeout field: every unit, and nothing else.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseTimeoutMs } from "./deadline.js";

test("every unit is understood", () => {
  const cases: readonly [string, number][] = [
    ["2H", 7_200_000],
    ["3M", 180_000],
    ["5S", 5000],
    ["100m", 100],
    ["2500u", 2.5],
    ["1000000n", 1],
    ["0S", 0],
    ["99999999H", 99_999_999 * 3_600_000],
  ];
  for (const [text, expectedMs] of cases) {
    const parsedMs = parseTimeoutMs(text) as number;
    assert.ok(Math.abs(parsedMs - expectedMs) < 1e-6, `${text}: ${parsedMs}`);
  }
  assert.equal(parseTimeoutMs(undefined), undefined);
});

test("what is no timeout throws", () => {
  for (const text of [
    "",
    "S",
    "5",
    "5s",
    "-1S",
    "1.5S",
    " 5S",
    "5S ",
    "123456789S",
    "5SS",
    "0x1S",
    "٥S",
    "NaNm",
  ]) {
    assert.throws(() => parseTimeoutMs(text), RangeError, JSON.stringify(text));
  }
});

test("property: any text is a timeout by the grammar, or throws", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ maxLength: 12 }), fc.stringMatching(/^\d{0,9}[HMSmunx]?$/)), (text) => {
      if (/^\d{1,8}[HMSmun]$/.test(text)) assert.ok((parseTimeoutMs(text) as number) >= 0);
      else assert.throws(() => parseTimeoutMs(text), RangeError);
    }),
  );
});

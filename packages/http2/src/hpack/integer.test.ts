// Prefix integers against RFC 7541 C.1, their bounds, and a round trip.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { HpackError } from "./hpack-error.js";
import { decodeInteger, encodeInteger, encodedIntegerLength, integerMax } from "./integer.js";

const decode = (octets: number[], prefixMask: number) => {
  const cursor = { bytes: Uint8Array.from(octets), at: 0, end: octets.length };
  return { value: decodeInteger(cursor, prefixMask), at: cursor.at };
};

test("the examples of RFC 7541 C.1, both ways", () => {
  for (const [value, prefixMask, octets] of [
    [10, 0x1f, [0x0a]],
    [1337, 0x1f, [0x1f, 0x9a, 0x0a]],
    [42, 0xff, [0x2a]],
  ] as const) {
    assert.deepEqual(decode([...octets], prefixMask), { value, at: octets.length });
    const out = new Uint8Array(octets.length);
    assert.equal(encodeInteger(out, 0, value, prefixMask, 0), octets.length);
    assert.deepEqual([...out], [...octets]);
  }
});

test("flags around the prefix are ignored when read and kept when written", () => {
  assert.deepEqual(decode([0xea], 0x1f), { value: 10, at: 1 });
  const out = new Uint8Array(2);
  encodeInteger(out, 0, 31, 0x1f, 0x20);
  assert.deepEqual([...out], [0x3f, 0x00]);
});

test("what is truncated, too long or too large is an HpackError", () => {
  assert.throws(() => decode([], 0x7f), HpackError);
  assert.throws(() => decode([0x7f], 0x7f), HpackError);
  assert.throws(() => decode([0x7f, 0x80], 0x7f), HpackError);
  assert.throws(() => decode([0x7f, 0x80, 0x80, 0x80, 0x80, 0x00], 0x7f), HpackError);
  assert.throws(() => decode([0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f], 0x7f), HpackError);
  assert.throws(() => decode([0x7f, 0xff, 0xff, 0xff, 0x7f], 0x7f), HpackError);
  assert.equal(decode([0x7f, 0x80, 0xff, 0xff, 0x7f], 0x7f).value, integerMax);
});

test("what cannot be an HPACK integer is not written", () => {
  for (const value of [-1, 0.5, integerMax + 1, Number.NaN]) {
    assert.throws(() => encodeInteger(new Uint8Array(8), 0, value, 0x7f, 0), RangeError);
  }
});

test("every value comes back, with the length foretold", () => {
  const values = fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: integerMax }));
  fc.assert(
    fc.property(values, fc.constantFrom(0x0f, 0x1f, 0x3f, 0x7f), (value, prefixMask) => {
      const out = new Uint8Array(8);
      const length = encodeInteger(out, 0, value, prefixMask, 0x80 & ~prefixMask);
      assert.equal(length, encodedIntegerLength(value, prefixMask));
      assert.deepEqual(decode([...out.subarray(0, length)], prefixMask), { value, at: length });
    }),
  );
});

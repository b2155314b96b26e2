// Fuzzes prefix integers: read as with bigints, bounded, and written so that they come back.

import assert from "node:assert/strict";
import { Choices, type FuzzTarget } from "@subito/fuzz";
import { SlowHpackError, slowInteger } from "../testing/slow-hpack.js";
import { HpackError } from "./hpack-error.js";
import { decodeInteger, encodeInteger, encodedIntegerLength, integerMax } from "./integer.js";

/** The input: bits of the prefix, then the octets; or, with the high bit, a number to write. */
function run(input: Uint8Array): void {
  const choices = new Choices(input);
  const first = choices.byte();
  const prefixBits = 1 + (first & 7);
  const mask = 2 ** prefixBits - 1;
  if (first >= 128) checkWritten(choices.number(4) % (integerMax + 1), prefixBits, mask);
  else checkRead(choices.rest(), prefixBits, mask);
}

function checkRead(bytes: Uint8Array, prefixBits: number, mask: number): void {
  const cursor = { bytes, at: 0, end: bytes.length };
  let expected: readonly [number, number] | undefined;
  try {
    expected = slowInteger(bytes, 0, prefixBits);
  } catch (error) {
    if (!(error instanceof SlowHpackError)) throw error;
  }
  if (expected === undefined) {
    assert.throws(() => decodeInteger(cursor, mask), HpackError);
    return;
  }
  assert.equal(decodeInteger(cursor, mask), expected[0]);
  assert.equal(cursor.at, expected[1]);
}

function checkWritten(value: number, prefixBits: number, mask: number): void {
  const flags = 0xff & ~mask;
  const out = Buffer.alloc(8, 0xa5);
  const end = encodeInteger(out, 0, value, mask, flags);
  assert.equal(end, encodedIntegerLength(value, mask));
  assert.equal((out[0] as number) & flags, flags);
  assert.equal(out[end], 0xa5, "wrote behind its end");
  assert.deepEqual(slowInteger(out, 0, prefixBits), [value, end]);
}

export const targets: readonly FuzzTarget[] = [
  {
    name: "hpack-integer",
    inputBytesMax: 12,
    seeds: [
      "\x04\x0a",
      "\x04\x1f\x9a\x0a",
      "\x07\x2a",
      "\x06\x7f\xff\xff\xff\x7f",
      "\x06\x7f\x80\x80\x80\x80\x00",
      "\x84\x00\x00\x05\x39",
    ],
    dictionary: ["\xff", "\x7f", "\x80", "\xff\xff\xff\x7f", "\x80\x80\x80\x00"],
    run,
  },
];

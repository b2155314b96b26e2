// Fuzzes the percent-encoding of status messages: printable, bounded, and what was said comes back.

import assert from "node:assert/strict";
import { Choices, type FuzzTarget } from "@subito/fuzz";
import { percentEncode } from "./status.js";

const MESSAGE_BYTES_MAX = 1024;

/** The input: how often the text is repeated, its kind (UTF-8, or any UTF-16), the text. */
function run(input: Uint8Array): void {
  const choices = new Choices(input);
  const times = choices.byte() % 64;
  const isUtf8 = choices.byte() < 128;
  const bytes = Buffer.from(choices.rest());
  const message = bytes.toString(isUtf8 ? "utf8" : "utf16le").repeat(times);
  const encoded = percentEncode(message);
  for (let i = 0; i < encoded.length; i++) {
    const unit = encoded.charCodeAt(i);
    assert.ok(unit >= 0x20 && unit <= 0x7e, "not printable");
    if (unit === 0x25) assert.match(encoded.slice(i + 1, i + 3), /^[0-9A-F]{2}$/);
  }
  const decoded = Buffer.from(decodeURIComponent(encoded));
  const wanted = Buffer.from(message);
  assert.ok(decoded.length <= MESSAGE_BYTES_MAX, "too long");
  // Cut in front of a character at most: no more than three bytes short.
  assert.ok(decoded.length === wanted.length || decoded.length > MESSAGE_BYTES_MAX - 4, "cut too soon");
  assert.ok(decoded.equals(wanted.subarray(0, decoded.length)), "something else is said");
}

export const targets: readonly FuzzTarget[] = [
  {
    name: "grpc-message",
    inputBytesMax: 64,
    seeds: [
      "\x01\0The cache is not there.",
      "\x01\x00100 % of it",
      Buffer.from("\x3f\0日本語の文字列です。0123456789"),
      "\x3f\x00" + "a".repeat(17),
      "\x01\xff\x00\xd8",
      "\x3f\xff\x3d\xd8\x00\xde",
    ],
    dictionary: [
      "%",
      "%00",
      "\n",
      "\x7f",
      "\xf0\x9f\x98\x80",
      "\xe6\x97\xa5",
      "\xc3\xa9",
      "\x00\xd8",
      "\x00\xdc",
    ],
    run,
  },
];

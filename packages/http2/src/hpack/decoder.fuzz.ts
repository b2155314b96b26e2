// Fuzzes the header decoder: blocks of one connection, with or without its short cuts, beside a slow decoder.

import assert from "node:assert/strict";
import { Choices, type FuzzTarget } from "@subito/fuzz";
import { SlowHpackDecoder, SlowHpackError, listBytes } from "../testing/slow-hpack.js";
import { HpackDecoder } from "./decoder.js";
import { encodeHeaders } from "./encoder.js";
import type { HeaderBlock } from "./header-block.js";
import { HpackError } from "./hpack-error.js";
import { InternTable } from "./intern-table.js";

// So few places that literals displace each other all the time.
const interned = new InternTable({ seed: 11, slots: 4, literalBytesMax: 40 });
const TABLE_BYTES_MAX = 4096;

function tryTo<T>(decode: () => T, errorClass: abstract new (...args: never[]) => Error): T | undefined {
  try {
    return decode();
  } catch (error) {
    if (error instanceof errorClass) return undefined;
    throw error;
  }
}

/** What is left of a list when `bytesMax` cuts it. */
function cut(fields: readonly (readonly [string, string])[], bytesMax: number): string[] {
  let bytes = 0;
  return fields.filter((field) => (bytes += listBytes([field])) <= bytesMax).flat();
}

/** The input: a byte that chooses limits and short cuts, then blocks, each behind its length. */
function run(input: Uint8Array): void {
  const choices = new Choices(input);
  const mode = choices.byte();
  const headerListBytesMax = [16_384, 0, 100, 400][mode % 4] as number;
  const options = { tableBytesMax: TABLE_BYTES_MAX, headerListBytesMax, interned };
  const decoder = new HpackDecoder({ ...options, rememberBlocks: mode < 128 });
  const slow = new SlowHpackDecoder(TABLE_BYTES_MAX);
  while (!choices.atEnd) {
    const length = choices.byte();
    // Long ones too, for a short cut ends at 512 bytes.
    const block = choices.take(length === 255 ? 255 + choices.number(2) : length);
    const decoded = tryTo(() => decoder.decode(block), HpackError);
    const expected = tryTo(() => slow.decode(block), SlowHpackError);
    check(decoded, expected, headerListBytesMax);
    if (expected !== undefined) continue;
    assert.equal(
      tryTo(() => decoder.decode(Uint8Array.of(0x82)), HpackError),
      undefined,
      "decodes after an error",
    );
    return;
  }
}

function check(
  decoded: HeaderBlock | undefined,
  expected: readonly (readonly [string, string])[] | undefined,
  bytesMax: number,
): void {
  if (decoded === undefined || expected === undefined) {
    assert.equal(decoded?.fields, expected?.flat(), "one of the decoders refuses the block");
    return;
  }
  const bytes = listBytes(expected);
  assert.equal(decoded.bytesUncompressed, bytes);
  assert.equal(decoded.tooLarge, bytes > bytesMax);
  assert.equal(decoded.fields.join("\n"), cut(expected, bytesMax).join("\n"));
  assert.equal(decoded.fields.length % 2, 0);
}

const behindLength = (block: Uint8Array): Uint8Array => Buffer.concat([Uint8Array.of(block.length), block]);
const fromHex = (hex: string): Uint8Array => Buffer.from(hex, "hex");

const request = encodeHeaders([
  [":method", "POST"],
  [":path", "/topics/default/news"],
  ["content-type", "application/grpc"],
  ["authorization", "subito_a_b"],
]);
// RFC 7541, appendix C: the same three requests plain and in Huffman code; an eviction; size updates.
const plain = ["828684410f7777772e6578616d706c652e636f6d", "828684be58086e6f2d6361636865"];
const huffman = ["828684418cf1e3c2e5f23a6ba0ab90f4ff", "828684be5886a8eb10649cbf"];
const insert = ["400a637573746f6d2d6b65790d637573746f6d2d686561646572", "be", "7e0131", "bf"];
const resized = ["20828684", "3fe11f", "203fe11f82", "2020"];

export const targets: readonly FuzzTarget[] = [
  {
    name: "hpack-decoder",
    inputBytesMax: 800,
    seeds: [
      ...[plain, huffman, insert, resized].map((blocks) =>
        Buffer.concat([Uint8Array.of(0), ...blocks.map((hex) => behindLength(fromHex(hex)))]),
      ),
      Buffer.concat([Uint8Array.of(0), ...Array<Uint8Array>(3).fill(behindLength(request))]),
      Buffer.concat([Uint8Array.of(2), behindLength(request), behindLength(request)]),
      Buffer.concat([Uint8Array.of(3), behindLength(fromHex(`407f00${"61".repeat(127)}0162`))]),
    ],
    dictionary: [
      ...plain,
      ...huffman,
      ...insert,
      ...resized,
      "ff00",
      "7f00",
      "1f00",
      "ffffffff7f",
      "ffffffffff0f",
    ].map(fromHex),
    run,
  },
];

// The decoder's errors, its limits, and what it remembers.

import assert from "node:assert/strict";
import { test } from "node:test";
import { HpackDecoder } from "./decoder.js";
import type { HpackDecoderOptions } from "./decoder.js";
import { encodeHeaders } from "./encoder.js";
import { HpackError } from "./hpack-error.js";
import { InternTable } from "./intern-table.js";

const interned = new InternTable({ seed: 5 });
const newDecoder = (options: Partial<HpackDecoderOptions> = {}) =>
  new HpackDecoder({ tableBytesMax: 4096, headerListBytesMax: 16_384, interned, ...options });
const hex = (text: string) => Buffer.from(text.replaceAll(" ", ""), "hex");
const ascii = (text: string) => Buffer.from(text).toString("hex");
/** A literal with incremental indexing and a literal name. Both shorter than 127 octets. */
const insertion = (name: string, value: string) =>
  hex(
    `40 ${name.length.toString(16).padStart(2, "0")} ${ascii(name)} ${value.length.toString(16).padStart(2, "0")} ${ascii(value)}`,
  );

const errors: Record<string, string> = {
  "index 0": "80",
  "index beyond the static table, the dynamic one empty": "be",
  "index beyond both tables, after one insertion": "40 01 61 01 62 bf",
  "name index beyond the tables, literal without indexing": "0f 2f 01 61",
  "name index beyond the tables, literal with indexing": "7e 01 61",
  "huge index": "ff ff ff ff 7f",
  "index that overflows": "ff ff ff ff ff ff ff ff ff 01",
  "truncated index": "ff",
  "length that overflows": "00 7f ff ff ff ff ff 0f 61",
  "no name": "00",
  "truncated name": "00 05 61 62",
  "no value": "00 01 61",
  "truncated value": "00 01 61 03 62",
  "truncated length of a value": "00 01 61 7f 80",
  "no value after a name index": "44",
  "Huffman padding of 8 bits": "00 01 61 81 ff",
  "Huffman padding of zeros": "00 01 61 81 18",
  "bad Huffman name": "00 81 18 01 61",
  "end of string symbol": "00 01 61 84 ff ff ff ff",
  "size update above the limit": "3f e2 1f",
  "huge size update": "3f ff ff ff 7f",
  "size update after a field": "82 20",
  "three size updates": "20 20 20",
  "truncated size update": "3f",
};

for (const [what, octets] of Object.entries(errors)) {
  test(`is an HpackError: ${what}`, () => {
    const decoder = newDecoder();
    assert.throws(() => decoder.decode(hex(octets)), HpackError);
    assert.throws(() => decoder.decode(hex("82")), HpackError, "the decoder is of no use afterwards");
    // A list that is too large is checked no less, though it is not built.
    assert.throws(() => newDecoder({ headerListBytesMax: 0 }).decode(hex(octets)), HpackError);
  });
}

test("a block of no octets is an empty list", () => {
  const block = newDecoder().decode(new Uint8Array(0));
  assert.deepEqual([block.fields, block.bytesUncompressed, block.tooLarge], [[], 0, false]);
});

test("a plain Uint8Array and a view into a larger buffer decode alike", () => {
  const octets = encodeHeaders([["custom", "v\xe9lo"]]);
  const inside = Buffer.concat([Buffer.alloc(3, 0xff), octets, Buffer.alloc(3, 0xff)]).subarray(3, -3);
  for (const block of [octets, inside])
    assert.deepEqual(newDecoder().decode(block).fields, ["custom", "v\xe9lo"]);
});

test("two size updates at the start are one more than most need, and allowed", () => {
  const decoder = newDecoder();
  decoder.decode(insertion("a", "b"));
  assert.deepEqual(decoder.decode(hex("20 3fe11f 82")).fields, [":method", "GET"]);
  assert.throws(() => decoder.decode(hex("be")), HpackError, "the update to 0 emptied the table");
});

test("an advertised table above 4096 may be used after a size update", () => {
  const decoder = newDecoder({ tableBytesMax: 8192 });
  decoder.decode(hex("3fe13f"));
  assert.throws(() => decoder.decode(hex("3fe23f")), HpackError);
});

test("an advertised table below 4096 holds from the acknowledgement on, which a size update has to follow", () => {
  const acknowledged = () => {
    const decoder = newDecoder({ tableBytesMax: 100 });
    decoder.decode(insertion("a", "b".repeat(100)));
    assert.equal(decoder.decode(hex("be")).fields[0], "a", "the peer does not know yet");
    decoder.settingsAcknowledged();
    return decoder;
  };
  assert.throws(() => acknowledged().decode(hex("be")), HpackError);
  assert.throws(() => acknowledged().decode(hex("")), HpackError);
  assert.throws(() => acknowledged().decode(hex("3f46")), HpackError);
  const decoder = acknowledged();
  assert.deepEqual(decoder.decode(hex("3f45 82")).fields, [":method", "GET"]);
  assert.throws(() => decoder.decode(hex("be")), HpackError, "evicted");
});

test("a list of exactly the maximum fits; one octet less and what fitted stays", () => {
  const block = encodeHeaders([
    ["aaa", "111"],
    ["bbb", "222"],
  ]);
  const exact = newDecoder({ headerListBytesMax: 76 }).decode(block);
  assert.deepEqual([exact.tooLarge, exact.fields.length, exact.bytesUncompressed], [false, 4, 76]);
  const over = newDecoder({ headerListBytesMax: 75 }).decode(block);
  assert.deepEqual([over.tooLarge, over.fields, over.bytesUncompressed], [true, ["aaa", "111"], 76]);
});

test("a small field after one that did not fit is not taken either", () => {
  const block = encodeHeaders([
    ["a", "x".repeat(200)],
    ["b", ""],
  ]);
  assert.deepEqual(newDecoder({ headerListBytesMax: 100 }).decode(block).fields, []);
});

test("a list that is too large leaves the table as it would be otherwise", () => {
  const decoder = newDecoder({ headerListBytesMax: 50 });
  const block = Buffer.concat([insertion("a", "x".repeat(60)), insertion("b", "2"), hex("be bf")]);
  assert.equal(decoder.decode(block).tooLarge, true);
  assert.deepEqual(decoder.decode(hex("be")).fields, ["b", "2"]);
  assert.equal(decoder.decode(hex("bf")).bytesUncompressed, 93);
});

test("an insertion larger than the table empties it, whether the list takes it or not", () => {
  for (const headerListBytesMax of [40, 1000]) {
    const decoder = newDecoder({ headerListBytesMax });
    decoder.decode(Buffer.concat([hex("3f45"), insertion("b", "2")]));
    assert.deepEqual(decoder.decode(hex("be")).fields, ["b", "2"]);
    assert.equal(decoder.decode(insertion("a", "x".repeat(100))).tooLarge, headerListBytesMax === 40);
    assert.throws(() => decoder.decode(hex("be")), HpackError);
  }
});

test("a small block that would be huge is only counted", () => {
  const decoder = newDecoder();
  decoder.decode(insertion("a", "x".repeat(120)));
  const block = decoder.decode(Buffer.alloc(32_768, 0xbe));
  assert.deepEqual([block.tooLarge, block.bytesUncompressed], [true, 153 * 32_768]);
  assert.equal(block.fields.length, 2 * Math.floor(16_384 / 153));
});

test("a block that leaves the table alone comes back as the same object, memo and all", () => {
  const decoder = newDecoder();
  decoder.decode(insertion("a", "1"));
  const octets = hex("82 be");
  // Remembered when it comes the second time: what comes once costs no memory.
  assert.notEqual(decoder.decode(octets), decoder.decode(octets));
  const first = decoder.decode(octets);
  first.memo = "derived";
  assert.equal(decoder.decode(hex("82 be")), first);
  assert.equal(decoder.decode(hex("82 be")).memo, "derived");
  // The caller may use its buffer for something else.
  octets.fill(0x84);
  assert.equal(decoder.decode(hex("82 be")), first);
  assert.deepEqual(decoder.decode(octets).fields, [":path", "/", ":path", "/"]);
});

test("a remembered block is decoded again once the table has changed", () => {
  const decoder = newDecoder();
  decoder.decode(insertion("a", "1"));
  decoder.decode(hex("be"));
  assert.deepEqual(decoder.decode(hex("be")).fields, ["a", "1"]);
  decoder.decode(insertion("b", "2"));
  assert.deepEqual(decoder.decode(hex("be")).fields, ["b", "2"]);
  decoder.decode(hex("20 82"));
  assert.throws(() => decoder.decode(hex("be")), HpackError);
});

test("a block that changes the table is not remembered", () => {
  const decoder = newDecoder();
  const octets = insertion("a", "1");
  assert.notEqual(decoder.decode(octets), decoder.decode(octets));
  assert.deepEqual(decoder.decode(hex("be bf")).fields, ["a", "1", "a", "1"]);
  const update = hex("3fe11f 82");
  assert.notEqual(decoder.decode(update), decoder.decode(update));
});

test("a block in use survives many that come once; long blocks are not remembered", () => {
  const decoder = newDecoder();
  decoder.decode(hex("82"));
  const often = decoder.decode(hex("82"));
  for (let i = 0; i < 50; i++) {
    decoder.decode(encodeHeaders([["once", String(i)]]));
    assert.equal(decoder.decode(hex("82")), often);
  }
  const fits = Buffer.alloc(512, 0x82);
  decoder.decode(fits);
  assert.equal(decoder.decode(fits), decoder.decode(fits));
  const long = Buffer.alloc(513, 0x82);
  decoder.decode(long);
  assert.notEqual(decoder.decode(long), decoder.decode(long));
});

// The decoder against a model encoder that uses all of HPACK, against itself without its short cuts, and against noise.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { HpackDecoder } from "./decoder.js";
import type { HeaderBlock } from "./header-block.js";
import { HpackError } from "./hpack-error.js";
import { huffmanEncode, huffmanEncodedLength } from "./huffman.js";
import { encodeInteger } from "./integer.js";
import { InternTable } from "./intern-table.js";
import { staticNames, staticValues } from "./static-table.js";

// So few places that literals displace each other all the time.
const interned = new InternTable({ seed: 11, slots: 4, literalBytesMax: 40 });
const newDecoder = (headerListBytesMax: number, rememberBlocks = true) =>
  new HpackDecoder({ tableBytesMax: 4096, headerListBytesMax, interned, rememberBlocks });

type Form = "insert" | "plain" | "never";

interface ModelField {
  readonly name: string;
  readonly value: string;
  /** How it goes when it is not indexed. */
  readonly form: Form;
  readonly indexField: boolean;
  readonly indexName: boolean;
  readonly huffman: boolean;
}

interface ModelBlock {
  readonly sizeUpdates: readonly number[];
  readonly fields: readonly ModelField[];
}

const forms: Record<Form, readonly [flag: number, mask: number]> = {
  insert: [0x40, 0x3f],
  plain: [0x00, 0x0f],
  never: [0x10, 0x0f],
};

/** An encoder as plain as possible, with the dynamic table as an array, newest first. */
class ModelEncoder {
  #table: (readonly [string, string])[] = [];
  #bytesMax = 4096;

  encode(block: ModelBlock): Buffer {
    const parts: Buffer[] = [];
    for (const bytesMax of block.sizeUpdates) {
      parts.push(integer(bytesMax, 0x1f, 0x20));
      this.#bytesMax = bytesMax;
      this.#evict();
    }
    for (const field of block.fields) parts.push(this.#field(field));
    return Buffer.concat(parts);
  }

  #field({ name, value, form, indexField, indexName, huffman }: ModelField): Buffer {
    const all = [...staticNames.slice(1).map((n, i) => [n, staticValues[i + 1]] as const), ...this.#table];
    const fieldIndex = all.findIndex((entry) => entry[0] === name && entry[1] === value) + 1;
    if (indexField && fieldIndex > 0) return integer(fieldIndex, 0x7f, 0x80);
    // The last, to prefer the dynamic table: an insertion may then evict the very entry it takes its name from.
    const nameIndex = indexName ? all.findLastIndex((entry) => entry[0] === name) + 1 : 0;
    const [flag, mask] = forms[form];
    const parts = [integer(nameIndex, mask, flag)];
    if (nameIndex === 0) parts.push(literal(name, huffman));
    parts.push(literal(value, huffman));
    if (form === "insert") {
      this.#table.unshift([name, value]);
      this.#evict();
    }
    return Buffer.concat(parts);
  }

  #evict(): void {
    const bytes = () => this.#table.reduce((sum, [name, value]) => sum + name.length + value.length + 32, 0);
    while (bytes() > this.#bytesMax) this.#table.pop();
  }
}

function integer(value: number, mask: number, flags: number): Buffer {
  const out = Buffer.alloc(8);
  return out.subarray(0, encodeInteger(out, 0, value, mask, flags));
}

function literal(text: string, huffman: boolean): Buffer {
  const octets = huffman ? Buffer.alloc(huffmanEncodedLength(text)) : Buffer.from(text, "latin1");
  if (huffman) huffmanEncode(text, octets, 0);
  return Buffer.concat([integer(octets.length, 0x7f, huffman ? 0x80 : 0), octets]);
}

const latin1Text = (maxLength: number) =>
  fc.uint8Array({ maxLength }).map((octets) => Buffer.from(octets).toString("latin1"));

const modelField: fc.Arbitrary<ModelField> = fc.record({
  name: fc.oneof(fc.constantFrom(":path", ":method", "te", "x-a", "x-b"), latin1Text(20)),
  value: fc.oneof(fc.constantFrom("GET", "/", "", "1", "2".repeat(200)), latin1Text(300)),
  form: fc.constantFrom<Form>("insert", "insert", "plain", "never"),
  indexField: fc.boolean(),
  indexName: fc.boolean(),
  huffman: fc.boolean(),
});

const modelBlock: fc.Arbitrary<ModelBlock> = fc.record({
  sizeUpdates: fc.oneof(
    { weight: 4, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(fc.constantFrom(0, 50, 300, 4096), { maxLength: 2 }) },
  ),
  fields: fc.array(modelField, { maxLength: 20 }),
});

const listOf = (block: ModelBlock) => block.fields.flatMap(({ name, value }) => [name, value]);
const bytesOf = (list: readonly string[]) => list.reduce((sum, text) => sum + text.length + 16, 0);

test("a model encoder's blocks come back, with and without the short cut", () => {
  fc.assert(
    fc.property(fc.array(modelBlock, { maxLength: 12 }), (blocks) => {
      const encoder = new ModelEncoder();
      const decoders = [newDecoder(1 << 20), newDecoder(1 << 20, false)];
      for (const block of blocks) {
        const octets = encoder.encode(block);
        for (const decoder of decoders) {
          const decoded = decoder.decode(octets);
          assert.deepEqual(decoded.fields, listOf(block));
          assert.equal(decoded.bytesUncompressed, bytesOf(listOf(block)));
          assert.equal(decoded.tooLarge, false);
        }
      }
    }),
  );
});

test("with a small maximum the lists are cut, the count is right, and the table stays in step", () => {
  fc.assert(
    fc.property(fc.array(modelBlock, { maxLength: 12 }), fc.nat(1500), (blocks, headerListBytesMax) => {
      const encoder = new ModelEncoder();
      const decoder = newDecoder(headerListBytesMax);
      for (const block of blocks) {
        const list = listOf(block);
        const decoded = decoder.decode(encoder.encode(block));
        let fitting = 0;
        while (fitting < list.length && bytesOf(list.slice(0, fitting + 2)) <= headerListBytesMax)
          fitting += 2;
        assert.deepEqual(decoded.fields, list.slice(0, fitting));
        assert.equal(decoded.bytesUncompressed, bytesOf(list));
        assert.equal(decoded.tooLarge, fitting < list.length);
      }
    }),
  );
});

/** What a decode gave, in a form that can be compared. */
function outcome(
  decoder: HpackDecoder,
  octets: Uint8Array,
): Pick<HeaderBlock, "fields" | "tooLarge"> | string {
  try {
    const { fields, tooLarge, bytesUncompressed } = decoder.decode(octets);
    assert.ok(bytesOf(fields) <= bytesUncompressed);
    return { fields, tooLarge };
  } catch (error) {
    assert.ok(error instanceof HpackError, String(error));
    return error.message;
  }
}

test("the short cut never shows: few blocks, often repeated, between changes of the table", () => {
  // Insertions, size updates, references to what the table holds at the time, and blocks that never change.
  const pool = ["82", "8286", "8684", "be", "82be", "bebf", "0001610162", "0001610163"]
    .concat(["4001610162", "4001610163", "be4001610163", "20", "3fe11f", "203fe11f82"])
    .map((text) => Buffer.from(text, "hex"));
  const long = Buffer.alloc(300, 0x82);
  const blocks = fc.array(
    fc.oneof(
      { weight: 20, arbitrary: fc.constantFrom(...pool) },
      { weight: 1, arbitrary: fc.constant(long) },
    ),
    { maxLength: 80 },
  );
  // Each sequence starts with a full table, or most references would end it early.
  const filling = Buffer.from("400161013140016201324001630133", "hex");
  let found = 0;
  fc.assert(
    fc.property(blocks, (sequence) => {
      const remembering = newDecoder(16_384);
      const plain = newDecoder(16_384, false);
      const seen = new Set<HeaderBlock>();
      for (const octets of [filling, ...sequence]) {
        const expected = outcome(plain, octets);
        assert.deepEqual(outcome(remembering, octets), expected);
        if (typeof expected === "string") break;
        if (octets[0] !== 0x82) continue;
        const block = remembering.decode(octets);
        assert.deepEqual(block.fields, plain.decode(octets).fields);
        if (seen.has(block)) found++;
        seen.add(block);
      }
    }),
  );
  assert.ok(found > 0, "the short cut was taken");
});

test("noise gives a list within its bounds, or an HpackError", () => {
  // Pure noise ends soon; a valid block with one octet changed goes deeper.
  const damaged = fc.tuple(modelBlock, fc.nat(), fc.nat(255)).map(([block, place, octet]) => {
    const octets = new ModelEncoder().encode(block);
    if (octets.length > 0) octets[place % octets.length] = octet;
    return octets;
  });
  const octets = fc.oneof(fc.uint8Array({ maxLength: 600 }), damaged);
  fc.assert(
    fc.property(fc.array(octets, { maxLength: 6 }), fc.constantFrom(0, 100, 16_384), (blocks, bytesMax) => {
      const remembering = newDecoder(bytesMax);
      const plain = newDecoder(bytesMax, false);
      for (const each of blocks) {
        const given = outcome(remembering, each);
        assert.deepEqual(given, outcome(plain, each));
        if (typeof given === "string") break;
        assert.ok(bytesOf(given.fields) <= bytesMax);
      }
    }),
    { numRuns: 500 },
  );
});

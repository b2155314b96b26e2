// The shared string cache: it must never give another text than decoding would, whatever collides.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { HpackError } from "./hpack-error.js";
import { huffmanEncode, huffmanEncodedLength } from "./huffman.js";
import { InternTable } from "./intern-table.js";
import { decodeLiteral } from "./string-literal.js";

test("gives what decoding gives, for any literals in any few slots", () => {
  const literal = fc.record({
    octets: fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc
        .constantFrom("a", "b", "path", "/cache_client.pubsub.Pubsub/Publish")
        .map((text) => Buffer.from(text)),
    ),
    huffman: fc.boolean(),
    offset: fc.nat(3),
  });
  fc.assert(
    fc.property(
      fc.array(literal, { maxLength: 60 }),
      fc.constantFrom(1, 2, 8),
      fc.integer(),
      (literals, slots, seed) => {
        const interned = new InternTable({ seed, slots, literalBytesMax: 24 });
        for (const { octets, huffman, offset } of literals) {
          let bytes = Buffer.from(octets);
          if (huffman) {
            const text = bytes.toString("latin1");
            bytes = Buffer.alloc(huffmanEncodedLength(text));
            huffmanEncode(text, bytes, 0);
          }
          const padded = Buffer.concat([Buffer.alloc(offset, 1), bytes, Buffer.alloc(1, 1)]);
          const text = decodeLiteral(bytes, 0, bytes.length, huffman);
          for (let times = 0; times < 2; times++) {
            assert.equal(interned.decode(padded, offset, offset + bytes.length, huffman), text);
          }
        }
      },
    ),
  );
});

test("the same octets mean another text when they are Huffman code", () => {
  const interned = new InternTable({ seed: 7, slots: 1 });
  const octets = Uint8Array.of(0x1f);
  assert.equal(interned.decode(octets, 0, 1, false), "\x1f");
  assert.equal(interned.decode(octets, 0, 1, true), "a");
  assert.equal(interned.decode(octets, 0, 1, false), "\x1f");
});

test("broken code is never kept", () => {
  const interned = new InternTable({ seed: 7 });
  for (let times = 0; times < 2; times++) {
    assert.throws(() => interned.decode(Uint8Array.of(0x18), 0, 1, true), HpackError);
  }
});

test("does not see later changes of the octets it was given", () => {
  const interned = new InternTable({ seed: 7 });
  const octets = Buffer.from("first");
  assert.equal(interned.decode(octets, 0, 5, false), "first");
  octets.write("other");
  assert.equal(interned.decode(octets, 0, 5, false), "other");
  assert.equal(interned.decode(Buffer.from("first"), 0, 5, false), "first");
});

test("slots must be a power of two", () => {
  for (const slots of [0, 3, -8, 2 ** 21])
    assert.throws(() => new InternTable({ seed: 1, slots }), RangeError);
});

test("literals with the same hash are told apart by their octets", () => {
  // The hash of two words, as the table computes it for seed 0: the second word can undo what the first one changed.
  const multiplier = 0x85ebca6b;
  const mix = (hash: number, word: number) => {
    const product = Math.imul(hash ^ word, multiplier);
    return product ^ (product >>> 15);
  };
  const key = 8 << 1;
  const one = Buffer.from("token-01");
  const other = Buffer.from("TOKEN-??");
  const [afterOne, afterOther] = [one, other].map((octets) => mix(key, octets.readInt32LE(0)));
  other.writeInt32LE((afterOne as number) ^ (afterOther as number) ^ one.readInt32LE(4), 4);
  assert.equal(mix(afterOne as number, one.readInt32LE(4)), mix(afterOther as number, other.readInt32LE(4)));
  const interned = new InternTable({ seed: 0, slots: 1 });
  for (const octets of [one, other, one, other]) {
    assert.equal(interned.decode(octets, 0, 8, false), octets.toString("latin1"));
  }
});

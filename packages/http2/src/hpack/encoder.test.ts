// The stateless encoder: the forms it chooses, and that any list comes back from the decoder.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { HpackDecoder } from "./decoder.js";
import { encodeHeaders, tableSizeUpdateToZero } from "./encoder.js";
import { InternTable } from "./intern-table.js";
import { staticNames, staticTableLength, staticValues } from "./static-table.js";

const interned = new InternTable({ seed: 99, slots: 16 });
const newDecoder = () => new HpackDecoder({ tableBytesMax: 4096, headerListBytesMax: 1 << 20, interned });
const hexOf = (fields: [string, string][], options?: { sensitiveNames: ReadonlySet<string> }) =>
  Buffer.from(encodeHeaders(fields, options)).toString("hex");

const text = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map((octets) => Buffer.from(octets).toString("latin1")),
  fc.constantFrom(...staticNames, ...staticValues, "grpc-status", "0"),
);

test("any list comes back, twice and behind a size update, and puts nothing into the table", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(text, text), { maxLength: 30 }), (fields) => {
      const block = encodeHeaders(fields);
      const decoder = newDecoder();
      assert.deepEqual(decoder.decode(Buffer.concat([tableSizeUpdateToZero, block])).fields, fields.flat());
      const list = newDecoder().decode(block);
      assert.deepEqual(list.fields, fields.flat());
      assert.equal(
        list.bytesUncompressed,
        fields.reduce((sum, [name, value]) => sum + name.length + value.length + 32, 0),
      );
      for (const octet of firstOctets(block)) assert.ok(octet >= 0x81 ? octet <= 0xbd : octet < 0x20);
    }),
  );
});

/** The first octet of each field, found by an own walk over the block. */
function firstOctets(block: Uint8Array): number[] {
  const found: number[] = [];
  let at = 0;
  const integer = (mask: number) => {
    let value = (block[at++] as number) & mask;
    if (value < mask) return value;
    for (let scale = 1; at < block.length; scale *= 128) {
      const octet = block[at++] as number;
      value += (octet & 127) * scale;
      if (octet < 128) break;
    }
    return value;
  };
  const skipLiteral = () => {
    const length = integer(127);
    at += length;
  };
  while (at < block.length) {
    const octet = block[at] as number;
    found.push(octet);
    if (octet >= 0x80) {
      at++;
      continue;
    }
    if (integer(15) === 0) skipLiteral();
    skipLiteral();
  }
  assert.equal(at, block.length);
  return found;
}

test("every entry of the static table is one octet, and decodes to itself", () => {
  for (let index = 1; index <= staticTableLength; index++) {
    const field: [string, string] = [staticNames[index] as string, staticValues[index] as string];
    assert.deepEqual(newDecoder().decode(Uint8Array.of(0x80 | index)).fields, field);
    if (field[0] === "authorization" || field[0] === "set-cookie") continue;
    assert.equal(hexOf([field]), (0x80 | index).toString(16));
  }
});

test("landmarks of the static table", () => {
  assert.equal(staticTableLength, 61);
  const landmarks = [1, 4, 8, 16, 19, 31, 55, 58, 61].map((index) => staticNames[index]);
  assert.deepEqual(landmarks, [
    ...[":authority", ":path", ":status", "accept-encoding", "accept", "content-type", "set-cookie"],
    ...["user-agent", "www-authenticate"],
  ]);
});

test("sensitive names are never-indexed literals", () => {
  assert.equal(hexOf([["authorization", "!"]]), "1f080121");
  assert.equal(hexOf([["set-cookie", ""]]), "1f2800");
  assert.equal(hexOf([["grpc-status", "!"]], { sensitiveNames: new Set(["grpc-status"]) }).slice(0, 2), "10");
  assert.equal(hexOf([["authorization", "!"]], { sensitiveNames: new Set() }), "0f080121");
});

test("plain where Huffman code is not shorter", () => {
  assert.equal(hexOf([["x", "0"]]), "0001780130");
  assert.equal(hexOf([["x", "00"]]), "000178023030");
  assert.equal(hexOf([["x", "000"]]), "000178820001");
});

test("text beyond latin1 is refused, not cut", () => {
  assert.throws(() => encodeHeaders([["grpc-message", "\u010a"]]), RangeError);
  assert.throws(() => encodeHeaders([["\u010a", ""]]), RangeError);
});

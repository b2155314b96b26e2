// Huffman code against strings of RFC 7541 C.4 and C.6, its errors, and a round trip over all octets.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { HpackError } from "./hpack-error.js";
import { huffmanDecode, huffmanDecodedLength, huffmanEncode, huffmanEncodedLength } from "./huffman.js";
import { endOfString, huffmanCodeBits, huffmanCodes } from "./huffman-table.js";

const encode = (text: string) => {
  const out = Buffer.alloc(huffmanEncodedLength(text));
  assert.equal(huffmanEncode(text, out, 0), out.length);
  return out;
};

const latin1Text = fc.uint8Array({ maxLength: 300 }).map((octets) => Buffer.from(octets).toString("latin1"));

test("strings of RFC 7541 C.4 and C.6, both ways", () => {
  for (const [text, hex] of [
    ["www.example.com", "f1e3c2e5f23a6ba0ab90f4ff"],
    ["no-cache", "a8eb10649cbf"],
    ["custom-key", "25a849e95ba97d7f"],
    ["custom-value", "25a849e95bb8e8b4bf"],
    ["302", "6402"],
    ["private", "aec3771a4b"],
    ["Mon, 21 Oct 2013 20:13:21 GMT", "d07abe941054d444a8200595040b8166e082a62d1bff"],
    ["https://www.example.com", "9d29ad171863c78f0b97c8e9ae82ae43d3"],
    ["gzip", "9bd9ab"],
  ] as const) {
    assert.equal(encode(text).toString("hex"), hex);
    assert.equal(huffmanDecode(Buffer.from(hex, "hex"), 0, hex.length / 2), text);
  }
});

test("codes at the far ends of RFC 7541 Appendix B, and no code left over", () => {
  assert.equal(huffmanCodes[0], 0x1ff8);
  assert.equal(huffmanCodes["\n".charCodeAt(0)], 0x3ffffffc);
  assert.equal(huffmanCodes[127], 0xffffffc);
  assert.equal(huffmanCodes[255], 0x3ffffee);
  assert.equal(huffmanCodes[endOfString], 0x3fffffff);
  assert.equal(
    huffmanCodeBits.reduce((sum, bits) => sum + 2 ** -bits, 0),
    1,
  );
});

test("every text comes back, with the lengths foretold", () => {
  fc.assert(
    fc.property(latin1Text, fc.nat(5), (text, offset) => {
      const octets = Buffer.concat([Buffer.alloc(offset, 0xaa), encode(text), Buffer.alloc(1, 0xaa)]);
      assert.equal(huffmanDecode(octets, offset, octets.length - 1), text);
      assert.equal(huffmanDecodedLength(octets, offset, octets.length - 1), text.length);
    }),
  );
});

test("each octet alone and among others comes back", () => {
  for (let octet = 0; octet < 256; octet++) {
    const one = String.fromCharCode(octet);
    for (const text of [one, `a${one}`, `${one}${one}`, `0${one}Z`]) {
      const octets = encode(text);
      assert.equal(huffmanDecode(octets, 0, octets.length), text);
    }
  }
});

test("a text far longer than the scratch comes back", () => {
  const text = "0123456789".repeat(20_000);
  const octets = encode(text);
  assert.equal(huffmanDecode(octets, 0, octets.length), text);
});

test("bad padding and the end of string are HpackErrors, also when only measured", () => {
  assert.equal(huffmanDecode(Uint8Array.of(0x1f), 0, 1), "a", "00011 and a padding of 111");
  for (const hex of [
    "18", // "a", then 000
    "1e", // "a", then 110
    "1fff", // "a", then 11 ones
    "ff", // eight ones
    "ffffffff", // the end of string and two ones
    "fffffffc", // the end of string, and padding of zeros
    "1fffffffff", // "a", then the end of string
    "fffffffc63", // the end of string among others
  ]) {
    const octets = Buffer.from(hex, "hex");
    assert.throws(() => huffmanDecode(octets, 0, octets.length), HpackError, hex);
    assert.throws(() => huffmanDecodedLength(octets, 0, octets.length), HpackError, hex);
  }
});

test("random octets decode to a text that encodes to them again, or are an HpackError", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (octets) => {
      let text: string;
      try {
        text = huffmanDecode(octets, 0, octets.length);
      } catch (error) {
        assert.ok(error instanceof HpackError);
        return;
      }
      assert.equal(encode(text).toString("hex"), Buffer.from(octets).toString("hex"));
    }),
  );
});

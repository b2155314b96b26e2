// Fuzzes Huffman coding: any octets decode as bit by bit, or are refused as there; any text comes back.

import assert from "node:assert/strict";
import { type FuzzTarget, latin1 } from "@subito/fuzz";
import { SlowHpackError, slowHuffmanDecode } from "../testing/slow-hpack.js";
import { HpackError } from "./hpack-error.js";
import { huffmanDecode, huffmanDecodedLength, huffmanEncode, huffmanEncodedLength } from "./huffman.js";

function decoded(input: Uint8Array): string | undefined {
  try {
    return slowHuffmanDecode(input);
  } catch (error) {
    if (error instanceof SlowHpackError) return undefined;
    throw error;
  }
}

function run(input: Uint8Array): void {
  const expected = decoded(input);
  if (expected === undefined) {
    assert.throws(() => huffmanDecode(input, 0, input.length), HpackError);
    assert.throws(() => huffmanDecodedLength(input, 0, input.length), HpackError);
  } else {
    assert.equal(huffmanDecode(input, 0, input.length), expected);
    assert.equal(huffmanDecodedLength(input, 0, input.length), expected.length);
  }
  const text = latin1(input);
  const bytes = huffmanEncodedLength(text);
  const out = Buffer.alloc(bytes + 1, 0xa5);
  assert.equal(huffmanEncode(text, out, 0), bytes);
  assert.equal(out[bytes], 0xa5, "wrote behind its end");
  assert.equal(huffmanDecode(out, 0, bytes), text);
}

export const targets: readonly FuzzTarget[] = [
  {
    name: "hpack-huffman",
    inputBytesMax: 40,
    seeds: [
      "",
      "www.example.com",
      ...["f1e3c2e5f23a6ba0ab90f4ff", "a8eb10649cbf", "ffffffff", "ff", "00"].map((hex) =>
        Buffer.from(hex, "hex"),
      ),
    ],
    dictionary: [Buffer.from("fffffffc", "hex"), Buffer.from("3fffffff", "hex"), Buffer.from("7f", "hex")],
    run,
  },
];

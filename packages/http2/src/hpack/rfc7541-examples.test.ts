// The examples of RFC 7541 Appendix C.2 to C.6: decoded in order, with the dynamic table after each of them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { HpackDecoder } from "./decoder.js";
import { encodeHeaders } from "./encoder.js";
import { HpackError } from "./hpack-error.js";
import { InternTable } from "./intern-table.js";

interface Example {
  readonly hex: string;
  readonly list: readonly string[];
  /** The dynamic table afterwards, newest first. */
  readonly table: readonly string[];
}

// Tells a decoder with the default table that the peer's table has the 256 octets of C.5 and C.6.
const sizeUpdateTo256 = "3fe101";

const newDecoder = () =>
  new HpackDecoder({
    tableBytesMax: 4096,
    headerListBytesMax: 16_384,
    interned: new InternTable({ seed: 1 }),
  });

/** A decoder that has seen these blocks. */
function decoderAfter(blocks: readonly string[]): HpackDecoder {
  const decoder = newDecoder();
  for (const hex of blocks) decoder.decode(Buffer.from(hex, "hex"));
  return decoder;
}

/** Checks each block's list, then every entry of the table by an indexed field, and that there are no more. */
function check(examples: readonly Example[], before: readonly string[] = []): void {
  const seen = [...before];
  for (const { hex, list, table } of examples) {
    assert.deepEqual(decoderAfter(seen).decode(Buffer.from(hex, "hex")).fields, list);
    seen.push(hex);
    const indexes = table.slice(table.length / 2).map((_, place) => 0x80 | (62 + place));
    assert.deepEqual(decoderAfter(seen).decode(Uint8Array.from(indexes)).fields, table);
    const beyond = Uint8Array.of(0x80 | (62 + indexes.length));
    assert.throws(() => decoderAfter(seen).decode(beyond), HpackError);
  }
}

const get = (scheme: string, path: string) => [":method", "GET", ":scheme", scheme, ":path", path];
const authority = [":authority", "www.example.com"];
const noCache = ["cache-control", "no-cache"];
const custom = ["custom-key", "custom-value"];

const requestLists = [
  { list: [...get("http", "/"), ...authority], table: authority },
  { list: [...get("http", "/"), ...authority, ...noCache], table: [...noCache, ...authority] },
  {
    list: [...get("https", "/index.html"), ...authority, ...custom],
    table: [...custom, ...noCache, ...authority],
  },
];

const isPrivate = ["cache-control", "private"];
const at21 = ["date", "Mon, 21 Oct 2013 20:13:21 GMT"];
const at22 = ["date", "Mon, 21 Oct 2013 20:13:22 GMT"];
const location = ["location", "https://www.example.com"];
const cookie = ["set-cookie", "foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1"];
const gzip = ["content-encoding", "gzip"];

const responseLists = [
  {
    list: [":status", "302", ...isPrivate, ...at21, ...location],
    table: [...location, ...at21, ...isPrivate, ":status", "302"],
  },
  {
    list: [":status", "307", ...isPrivate, ...at21, ...location],
    table: [":status", "307", ...location, ...at21, ...isPrivate],
  },
  {
    list: [":status", "200", ...isPrivate, ...at22, ...location, ...gzip, ...cookie],
    table: [...cookie, ...gzip, ...at22],
  },
];

const withHex = (lists: readonly Omit<Example, "hex">[], hexes: readonly string[]): Example[] =>
  lists.map((example, i) => ({ ...example, hex: hexes[i] as string }));

test("C.2: each representation by itself", () => {
  check([
    {
      hex: "400a637573746f6d2d6b65790d637573746f6d2d686561646572",
      list: ["custom-key", "custom-header"],
      table: ["custom-key", "custom-header"],
    },
  ]);
  check([{ hex: "040c2f73616d706c652f70617468", list: [":path", "/sample/path"], table: [] }]);
  check([{ hex: "100870617373776f726406736563726574", list: ["password", "secret"], table: [] }]);
  check([{ hex: "82", list: [":method", "GET"], table: [] }]);
});

test("C.3: requests without Huffman coding", () => {
  const hexes = [
    "828684410f7777772e6578616d706c652e636f6d",
    "828684be58086e6f2d6361636865",
    "828785bf400a637573746f6d2d6b65790c637573746f6d2d76616c7565",
  ];
  check(withHex(requestLists, hexes));
});

test("C.4: requests with Huffman coding", () => {
  const hexes = [
    "828684418cf1e3c2e5f23a6ba0ab90f4ff",
    "828684be5886a8eb10649cbf",
    "828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf",
  ];
  check(withHex(requestLists, hexes));
});

test("C.5: responses without Huffman coding, with evictions", () => {
  const hexes = [
    "4803333032580770726976617465611d4d6f6e2c203231204f637420323031332032303a31333a323120474d546e1768" +
      "747470733a2f2f7777772e6578616d706c652e636f6d",
    "4803333037c1c0bf",
    "88c1611d4d6f6e2c203231204f637420323031332032303a31333a323220474d54c05a04677a69707738666f6f3d4153" +
      "444a4b48514b425a584f5157454f50495541585157454f49553b206d61782d6167653d333630303b2076657273696f6e" +
      "3d31",
  ];
  check(withHex(responseLists, hexes), [sizeUpdateTo256]);
});

test("C.6: responses with Huffman coding, with evictions", () => {
  const hexes = [
    "488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a62d1bff6e919d29ad171863c78f0b97c8" +
      "e9ae82ae43d3",
    "4883640effc1c0bf",
    "88c16196d07abe941054d444a8200595040b8166e084a62d1bffc05a839bd9ab77ad94e7821dd7f2e6c7b335dfdfcd5b" +
      "3960d5af27087f3672c1ab270fb5291f9587316065c003ed4ee5b1063d5007",
  ];
  check(withHex(responseLists, hexes), [sizeUpdateTo256]);
});

test("the encoder gives the examples' octets where they need no dynamic table", () => {
  const hexOf = (...fields: [string, string][]) => Buffer.from(encodeHeaders(fields)).toString("hex");
  assert.equal(hexOf([":method", "GET"], [":scheme", "http"], [":path", "/"]), "828684");
  assert.equal(hexOf([":authority", "www.example.com"]), "018cf1e3c2e5f23a6ba0ab90f4ff");
  assert.equal(hexOf(["custom-key", "custom-value"]), "008825a849e95ba97d7f8925a849e95bb8e8b4bf");
  assert.equal(hexOf([":status", "302"]), "08826402");
});

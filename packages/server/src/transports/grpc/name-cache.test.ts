// A remembered name is never taken for another one.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { NameCache } from "./name-cache.js";
import { ProtobufError } from "./protobuf-reader.js";

function decode(names: NameCache, name: string | Uint8Array): string {
  const bytes = Buffer.concat([Buffer.from("before"), Buffer.from(name), Buffer.from("after")]);
  return names.decode(bytes, 6, bytes.length - 5);
}

test("any names, any order, each decoded twice", () => {
  const names = new NameCache();
  const name = fc.oneof(fc.string({ unit: "binary", maxLength: 80 }), fc.string({ maxLength: 3 }));
  fc.assert(
    fc.property(fc.array(name), (all) => {
      for (const one of [...all, ...all]) {
        const text = Buffer.from(one).toString();
        assert.equal(decode(names, text), text);
      }
    }),
  );
});

// Among thousands of names, some share a slot of the table with the one that is looked for.

test("a longer name with the same beginning, in the same slot, is another one", () => {
  const names = new NameCache();
  for (let i = 0; i < 5000; i++) {
    decode(names, `room${i}`);
    assert.equal(decode(names, "room"), "room");
  }
});

test("characters whose numbers are the bytes of other characters are not those", () => {
  const names = new NameCache();
  for (let ascii = 0x20; ascii < 0x7f; ascii++) {
    for (let second = 0x80; second <= 0xbf; second++) {
      const bytes = Buffer.from([ascii, 0xe3, second, 0x81]);
      // One name has these bytes as its UTF-8, the other one as the numbers of its characters.
      assert.equal(decode(names, bytes.toString("latin1")), bytes.toString("latin1"));
      assert.equal(decode(names, bytes), bytes.toString("utf8"));
    }
  }
});

test("bytes that are not UTF-8 are no name, the second time neither", () => {
  const names = new NameCache();
  for (const bytes of [Uint8Array.of(0xff), Uint8Array.of(0x61, 0xc3), Buffer.alloc(100, 0x80)]) {
    for (let i = 0; i < 2; i++) assert.throws(() => decode(names, bytes), ProtobufError);
  }
});

// Which cache and topic names pass, at their edges and against a plain description of the rule.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ServiceError } from "./errors.js";
import { checkCacheName, checkTopicName, isCacheName } from "./names.js";

function passes(check: (name: string) => void, name: string): boolean {
  try {
    check(name);
    return true;
  } catch (error) {
    assert.ok(error instanceof ServiceError);
    assert.equal(error.code, "invalid_argument");
    return false;
  }
}

test("lengths: cache names count characters, topic names count bytes", () => {
  assert.equal(passes(checkCacheName, ""), false);
  assert.equal(passes(checkCacheName, "a".repeat(255)), true);
  assert.equal(passes(checkCacheName, "a".repeat(256)), false);
  assert.equal(passes(checkCacheName, "😀".repeat(255)), true);
  assert.equal(passes(checkCacheName, "😀".repeat(256)), false);
  assert.equal(passes(checkCacheName, "a".repeat(10_000)), false);
  assert.equal(passes(checkTopicName, ""), false);
  assert.equal(passes(checkTopicName, "a".repeat(1024)), true);
  assert.equal(passes(checkTopicName, "a".repeat(1025)), false);
  assert.equal(passes(checkTopicName, "é".repeat(512)), true);
  assert.equal(passes(checkTopicName, "é".repeat(512) + "a"), false);
  assert.equal(passes(checkTopicName, "😀".repeat(256)), true);
  assert.equal(passes(checkTopicName, "😀".repeat(257)), false);
});

test("control characters and broken surrogates are refused, everything else is a name", () => {
  for (const bad of [
    "\0",
    "a\0b",
    "\n",
    "\x1f",
    "\x7f",
    "\x9f",
    "\ud800",
    "\udc00",
    "a\ud83d",
    "\udc00\ud800",
  ]) {
    assert.equal(passes(checkCacheName, bad), false, JSON.stringify(bad));
    assert.equal(passes(checkTopicName, bad), false, JSON.stringify(bad));
  }
  for (const good of [" ", "a/b", "../x", "日本", "emoji 😀", "\xa0", "%00", "a.b*", "__proto__"]) {
    assert.equal(passes(checkCacheName, good), true, good);
    assert.equal(passes(checkTopicName, good), true, good);
  }
});

test("says the same as the rule written down plainly, also for a name that was just refused or accepted", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 300 }),
    fc.string({ unit: "grapheme", minLength: 200, maxLength: 1100 }),
    fc
      .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 20 })
      .map((units) => String.fromCharCode(...units)),
  );
  fc.assert(
    fc.property(text, (name) => {
      const sound = Buffer.from(name).toString() === name && !/\p{Cc}/u.test(name) && name !== "";
      const characters = Array.from(name).length;
      for (let i = 0; i < 2; i++) {
        assert.equal(isCacheName(name), sound && characters <= 255);
        assert.equal(passes(checkTopicName, name), sound && Buffer.byteLength(name) <= 1024);
      }
    }),
  );
});

// Fuzzes the rules for names, beside the rules written with Unicode's own words.

import assert from "node:assert/strict";
import { Choices, type FuzzTarget } from "@subito/fuzz";
import { ServiceError } from "./errors.js";
import {
  CACHE_NAME_CHARACTERS_MAX,
  TOPIC_NAME_BYTES_MAX,
  checkCacheName,
  checkTopicName,
  isCacheName,
} from "./names.js";

function isGood(name: string): boolean {
  return name !== "" && !/[\p{Cc}\p{Cs}]/u.test(name);
}

function passes(check: (name: string) => void, name: string): boolean {
  try {
    check(name);
    return true;
  } catch (error) {
    assert.ok(error instanceof ServiceError && error.code === "invalid_argument", String(error));
    return false;
  }
}

/** The input: how often the text is repeated, its kind (UTF-8, or any UTF-16), the text. */
function run(input: Uint8Array): void {
  const choices = new Choices(input);
  const times = choices.byte();
  const isUtf8 = choices.byte() < 128;
  const text = Buffer.from(choices.rest()).toString(isUtf8 ? "utf8" : "utf16le");
  const name = text.repeat(Math.max(1, times - 200));
  const good = isGood(name);
  const isCache = good && Array.from(name).length <= CACHE_NAME_CHARACTERS_MAX;
  const isTopic = good && Buffer.byteLength(name) <= TOPIC_NAME_BYTES_MAX;
  // Twice, for the last good name is remembered.
  for (let i = 0; i < 2; i++) {
    assert.equal(passes(checkCacheName, name), isCache, "as a cache");
    assert.equal(passes(checkTopicName, name), isTopic, "as a topic");
  }
  assert.equal(isCacheName(name), isCache);
}

export const targets: readonly FuzzTarget[] = [
  {
    name: "names",
    inputBytesMax: 80,
    seeds: [
      "\0\0default",
      "\0\0",
      "\xff\x00abcde",
      "\xd9\x00abcdefghijklmnopqrstuvwxyzabcdefghijklm",
      Buffer.from("\0\0日本語"),
      "\0\xff\x3d\xd8\x00\xde",
      "\0\xff\x00\xd8",
      "\0\xff\x00\xdc\x00\xd8",
      "\0\0a\x7f",
      "\0\0\xc2\x85",
    ],
    dictionary: [
      "\0",
      "\x1f",
      "\x7f",
      "\xc2\x80",
      "\xc2\x9f",
      "\xc2\xa0",
      "\xef\xbb\xbf",
      "\xf0\x9f\x98\x80",
      "\x00\xd8",
      "\x00\xdc",
      "\x3d\xd8\x00\xde",
    ],
    run,
  },
];

// What a cache and a topic may be called. Checked on every call, so the usual name must cost next to nothing.

import { ServiceError } from "./errors.js";

export const CACHE_NAME_CHARACTERS_MAX = 255;
export const TOPIC_NAME_BYTES_MAX = 1024;

// Callers repeat themselves: the last good name of each kind passes with one comparison.
let goodCacheName = "default";
let goodTopicName = "default";

/** Throws `invalid_argument` unless `name` is 1 to 255 characters of valid Unicode without control characters. */
export function checkCacheName(name: string): void {
  if (name === goodCacheName) return;
  // A character takes one or two code units, so only a longer text needs counting.
  if (name.length > CACHE_NAME_CHARACTERS_MAX && countCharacters(name) > CACHE_NAME_CHARACTERS_MAX) {
    throw invalid("A cache name has at most 255 characters.");
  }
  if (name.length === 0) throw invalid("A cache name has at least one character.");
  const fault = findFault(name);
  if (fault !== undefined) throw invalid(`A cache name ${fault}.`);
  goodCacheName = name;
}

/** Throws `invalid_argument` unless `name` is 1 to 1024 bytes of UTF-8 without control characters. */
export function checkTopicName(name: string): void {
  if (name === goodTopicName) return;
  // A code unit takes one to three bytes, so only a longer text needs counting.
  if (
    name.length * 3 > TOPIC_NAME_BYTES_MAX &&
    (name.length > TOPIC_NAME_BYTES_MAX || Buffer.byteLength(name) > TOPIC_NAME_BYTES_MAX)
  ) {
    throw invalid("A topic name has at most 1024 bytes of UTF-8.");
  }
  if (name.length === 0) throw invalid("A topic name has at least one character.");
  const fault = findFault(name);
  if (fault !== undefined) throw invalid(`A topic name ${fault}.`);
  goodTopicName = name;
}

/** Like `checkCacheName`, as a question. */
export function isCacheName(name: string): boolean {
  try {
    checkCacheName(name);
    return true;
  } catch {
    return false;
  }
}

function invalid(message: string): ServiceError {
  return new ServiceError("invalid_argument", message);
}

function countCharacters(text: string): number {
  // More code units than this are more characters, however they pair up: no need to walk through megabytes.
  if (text.length > CACHE_NAME_CHARACTERS_MAX * 2) return text.length;
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

function findFault(name: string): string | undefined {
  for (let i = 0; i < name.length; i++) {
    const unit = name.charCodeAt(i);
    if (unit < 0x20 || (unit >= 0x7f && unit < 0xa0)) {
      return "has no control characters (U+0000 to U+001F, U+007F to U+009F)";
    }
    if (unit >= 0xd800 && unit < 0xe000) {
      const next = name.charCodeAt(i + 1);
      // A lone surrogate has no UTF-8: two such names would be one on the disk. NaN at the end fails the test as well.
      if (unit >= 0xdc00 || !(next >= 0xdc00 && next < 0xe000)) return "is valid Unicode";
      i += 1;
    }
  }
  return undefined;
}

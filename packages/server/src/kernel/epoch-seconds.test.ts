// Times in seconds: what is kept of them is what was given; milliseconds by mistake are told so.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { EPOCH_SECONDS_MAX, epochSecondsToMs } from "./epoch-seconds.js";
import { ServiceError } from "./errors.js";

const refusal = (message: RegExp) => (error: unknown) =>
  error instanceof ServiceError && error.code === "invalid_argument" && message.test(error.message);

test("the last second is that of the year 9999", () => {
  assert.equal(new Date(EPOCH_SECONDS_MAX * 1000).toISOString(), "9999-12-31T23:59:59.000Z");
  assert.equal(epochSecondsToMs("expiry", EPOCH_SECONDS_MAX), EPOCH_SECONDS_MAX * 1000);
});

test("beyond it, where milliseconds are, a time is refused in words that say what is wanted", () => {
  for (const seconds of [EPOCH_SECONDS_MAX + 1, 1_827_000_000_000, 9e12, 2 ** 63, Infinity]) {
    const isRefusal = refusal(/^expiry is a time in seconds since 1970, 253402300799 .*Milliseconds/);
    assert.throws(() => epochSecondsToMs("expiry", seconds), isRefusal, String(seconds));
  }
});

test("what is no time is refused", () => {
  for (const seconds of [0, -1, NaN, -Infinity, 1.0005]) {
    const isRefusal = refusal(/^expiry is a time in seconds since 1970\.$/);
    assert.throws(() => epochSecondsToMs("expiry", seconds), isRefusal, String(seconds));
  }
});

test("property: whole seconds up to the last come back as so many milliseconds", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: EPOCH_SECONDS_MAX }), (seconds) => {
      assert.equal(epochSecondsToMs("expiry", seconds), seconds * 1000);
    }),
  );
});

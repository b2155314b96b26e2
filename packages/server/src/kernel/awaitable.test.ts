// Going on with a value that is there, or with one that comes.

import assert from "node:assert/strict";
import { test } from "node:test";
import { andThen } from "./awaitable.js";

test("a value that is there goes on in the same turn", () => {
  assert.equal(
    andThen(2, (value) => value + 1),
    3,
  );
  assert.throws(
    () =>
      andThen(1, () => {
        throw new RangeError("now");
      }),
    /now/,
  );
});

test("a promise goes on when it is there, and its failure passes by", async () => {
  const later = andThen(Promise.resolve(2), (value) => value + 1);
  assert.ok(later instanceof Promise);
  assert.equal(await later, 3);
  let called = false;
  const failed = andThen(Promise.reject(new RangeError("later")), () => {
    called = true;
  });
  await assert.rejects(async () => await failed, /later/);
  assert.equal(called, false);
});

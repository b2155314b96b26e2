// Shape of random ids, and that the given source is what they are made of.

import assert from "node:assert/strict";
import { test } from "node:test";
import { randomId, randomSecret } from "./ids.js";

test("ids and secrets are letters and digits of a fixed length, and differ", () => {
  assert.match(randomId(), /^[0-9a-z]{16}$/);
  assert.match(randomSecret(), /^[0-9a-z]{52}$/);
  assert.equal(new Set(Array.from({ length: 1000 }, () => randomId())).size, 1000);
});

test("every value of a byte picks a symbol", () => {
  for (let byte = 0; byte < 256; byte++) {
    assert.match(
      randomId((count) => new Uint8Array(count).fill(byte)),
      /^([0-9a-z])\1{15}$/,
    );
  }
});

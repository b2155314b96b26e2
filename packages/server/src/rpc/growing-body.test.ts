// Any pieces come out whole, and small ones do not cost a buffer each.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { GrowingBody } from "./growing-body.js";

test("property: what went in piece by piece comes out whole, and once", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 30 }), (pieces) => {
      const body = new GrowingBody();
      for (const piece of pieces) body.add(piece);
      assert.deepEqual(Buffer.from(body.take()), Buffer.concat(pieces));
      assert.equal(body.take().length, 0);
    }),
  );
});

test("a body of many small pieces lies in one buffer of at most twice its size, one of one piece in one that fits", () => {
  const many = new GrowingBody();
  for (let i = 0; i < 100_000; i++) many.add(Uint8Array.of(i));
  assert.ok(many.take().buffer.byteLength <= 200_000);
  const one = new GrowingBody();
  one.add(new Uint8Array(1000));
  assert.equal(one.take().buffer.byteLength, 1000);
});

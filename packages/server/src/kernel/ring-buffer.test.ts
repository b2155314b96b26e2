// RingBuffer against a plain array.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { RingBuffer } from "./ring-buffer.js";

test("behaves as an array that is pushed and shifted", () => {
  const step = fc.oneof(
    { weight: 3, arbitrary: fc.constant("push" as const) },
    { weight: 2, arbitrary: fc.constant("shift" as const) },
    { weight: 1, arbitrary: fc.constant("many" as const) },
    { weight: 1, arbitrary: fc.constant("few" as const) },
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const ring = new RingBuffer<number>();
      const model: number[] = [];
      let next = 0;
      const push = () => {
        ring.push(next);
        model.push(next++);
      };
      const shift = () => assert.equal(ring.shift(), model.shift());
      for (const kind of steps) {
        if (kind === "push") push();
        else if (kind === "shift") shift();
        else if (kind === "many") for (let i = 0; i < 37; i++) push();
        else for (let i = 0; i < 31; i++) shift();

        assert.equal(ring.length, model.length);
        assert.equal(ring.first(), model[0]);
        assert.equal(ring.last(), model.at(-1));
        for (let i = -1; i <= model.length; i++) assert.equal(ring.at(i), i < 0 ? undefined : model[i]);
        assert.ok(ring.capacity <= Math.max(4, model.length * 4), "capacity follows the length down");
      }
    }),
  );
});

test("takes no memory until the first push, and none after clear", () => {
  const ring = new RingBuffer<string>();
  assert.equal(ring.capacity, 0);
  assert.equal(ring.shift(), undefined);
  for (let i = 0; i < 100; i++) ring.push("x");
  assert.equal(ring.capacity, 128);
  ring.clear();
  assert.equal(ring.capacity, 0);
  assert.equal(ring.first(), undefined);
  ring.push("again");
  assert.deepEqual([ring.length, ring.at(0)], [1, "again"]);
});

// The mask, by words, is the mask byte by byte, whatever the place in memory.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { applyMask } from "./mask.js";

test("masking by words is masking byte by byte, at every place and length", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 300 }),
      fc.nat(7),
      fc.nat(20),
      fc.uint8Array({ minLength: 4, maxLength: 4 }),
      (payload, offset, from, key) => {
        const bytes = new Uint8Array(
          Buffer.alloc(offset + payload.length).buffer,
          0,
          offset + payload.length,
        );
        const view = bytes.subarray(offset);
        view.set(payload);
        const start = Math.min(from, payload.length);
        applyMask(view, start, payload.length, Buffer.from(key).readInt32LE(0));
        const expected = payload.map((byte, i) =>
          i < start ? byte : byte ^ (key[(i - start) % 4] as number),
        );
        assert.deepEqual([...view], [...expected]);
      },
    ),
  );
});

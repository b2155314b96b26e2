// The dynamic table against the plainest model of RFC 7541 4: an array, newest first.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { DynamicTable } from "./dynamic-table.js";

type Step = { insert: readonly [string, string] } | { resize: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({ insert: fc.tuple(fc.string({ maxLength: 8 }), fc.string({ maxLength: 60 })) }),
  },
  { weight: 1, arbitrary: fc.record({ resize: fc.constantFrom(0, 40, 100, 1000, 4096) }) },
);

test("holds what the model holds after every step", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
      const table = new DynamicTable(1000);
      let model: (readonly [string, string])[] = [];
      let bytesMax = 1000;
      const bytesOf = (entries: typeof model) =>
        entries.reduce((sum, [name, value]) => sum + name.length + value.length + 32, 0);
      for (const each of steps) {
        const changes = table.changes;
        if ("insert" in each) {
          table.insert(...each.insert);
          model = [each.insert, ...model];
        } else {
          bytesMax = each.resize;
          table.resize(bytesMax);
        }
        while (bytesOf(model) > bytesMax) model.pop();
        assert.notEqual(table.changes, changes);
        assert.equal(table.count, model.length);
        assert.equal(table.bytes, bytesOf(model));
        assert.equal(table.bytesMax, bytesMax);
        model.forEach(([name, value], place) => {
          assert.equal(table.name(place), name);
          assert.equal(table.value(place), value);
        });
      }
    }),
  );
});

test("an entry of exactly the table's size stays, one octet more empties the table", () => {
  const table = new DynamicTable(100);
  table.insert("a", "b");
  table.insert("name", "v".repeat(64));
  assert.deepEqual([table.count, table.bytes], [1, 100]);
  table.insert("name", "v".repeat(65));
  assert.deepEqual([table.count, table.bytes], [0, 0]);
});

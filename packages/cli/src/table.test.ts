// Tables: columns in line for whatever stands in them, and no character that acts on the terminal.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { toPrintable } from "./printable.js";
import { formatTable } from "./table.js";

test("columns are as wide as their widest cell, and no line ends in spaces", () => {
  const table = formatTable(
    ["id", "name"],
    [
      ["a", "first"],
      ["long", ""],
    ],
  );
  assert.equal(table, "id    name\na     first\nlong\n");
});

test("characters of two columns count twice, accents not at all", () => {
  const table = formatTable(
    ["name", "x"],
    [
      ["部屋", "1"],
      ["e\u0301te\u0301!", "2"],
    ],
  );
  assert.equal(table, "name  x\n部屋  1\ne\u0301te\u0301!  2\n");
});

test("property: a line for each row, each cell in it, and no control character", () => {
  const cell = fc.string({ unit: "grapheme", maxLength: 12 });
  fc.assert(
    fc.property(fc.array(fc.tuple(cell, cell), { maxLength: 8 }), (rows) => {
      const lines = formatTable(["a", "b"], rows).split("\n");
      assert.equal(lines.pop(), "");
      assert.equal(lines.length, rows.length + 1);
      rows.forEach((row, i) => {
        const line = lines[i + 1] ?? "";
        for (const text of row) assert.ok(line.includes(toPrintable(text).trimEnd()), JSON.stringify(row));
      });
      assert.doesNotMatch(lines.join(""), /\p{Cc}/u);
    }),
  );
});

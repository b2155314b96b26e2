// docs/guides/browsers.md says of each way what it can, and each "yes" has a test.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { ABILITIES, COLUMNS, type Column } from "../../testing/ways/abilities.js";
import { WAYS } from "../../testing/ways/suite.js";

const root = new URL("../../../../../", import.meta.url);
const columns = Object.keys(COLUMNS) as Column[];

function toCells(line: string): string[] {
  return line
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim());
}

test("docs/guides/browsers.md has the abilities of every way", () => {
  const guide = readFileSync(new URL("docs/guides/browsers.md", root), "utf8");
  const lines = guide.split("\n");
  const head = lines.findIndex((line) => toCells(line)[1] === columns[0]);
  assert.ok(head >= 0, "there is no table");
  assert.deepEqual(toCells(lines[head] ?? "").slice(1), columns);
  const rows = lines.slice(head + 2, lines.indexOf("", head)).map(toCells);
  const expected = ABILITIES.map(({ name, proofs }) => [
    name,
    ...columns.map((column) => (proofs[column] === undefined ? "no" : "yes")),
  ]);
  assert.deepEqual(rows, expected);
});

for (const { name, proofs } of ABILITIES)
  test(`"yes" is shown by a test: ${name}`, () => {
    for (const { file, title } of Object.values(proofs)) {
      // Prettier may break the line behind the bracket.
      const source = readFileSync(new URL(file, root), "utf8").replaceAll(/\(\s+/g, "(");
      const quoted = [title, `"${title}"`, `\`${title}\``].some((text) => source.includes(text));
      assert.ok(quoted, `${file} has no test ${title}`);
    }
  });

test("every column is a way of the suite", () => {
  const names = WAYS.map((way) => way.name);
  for (const way of Object.values(COLUMNS)) assert.ok(names.includes(way), way);
});

// docs/reference/config.md holds the table of options word for word; docs/reference/limits.md has a row for every limit.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { defaultLimits } from "./limits.js";
import { environmentName, OPTIONS, type Option } from "./options.js";

function readReference(name: string): string {
  return readFileSync(new URL(`../../../../docs/reference/${name}`, import.meta.url), "utf8");
}

test("docs/reference/config.md has the options", () => {
  const rows = (OPTIONS as readonly Option[]).map(({ flag, value, defaultText, help }) => {
    const fallback = defaultText === undefined ? "" : `\`${defaultText}\``;
    return `| \`--${flag} ${value}\` | \`${environmentName(flag)}\` | ${fallback} | ${help} |`;
  });
  const table = ["| flag | variable | default | meaning |", "| --- | --- | --- | --- |", ...rows].join("\n");
  assert.ok(
    readReference("config.md").includes(`\n${table}\n\n`),
    `docs/reference/config.md must hold:\n\n${table}\n`,
  );
});

test("docs/reference/limits.md has every limit once, with its default and a meaning, and no other", () => {
  const rows = [...readReference("limits.md").matchAll(/^\| `(\w+)` \| ([\d,.]+) \| (.+) \|$/gm)];
  const found = rows.map(([, name, value]) => [name, value]).sort();
  const expected = Object.entries<number>({ ...defaultLimits }).map(([name, value]) => [
    name,
    value.toLocaleString("en-US"),
  ]);
  assert.deepEqual(found, expected.sort());
});

test("the name of every limit says its unit or that it is a count", () => {
  for (const name of Object.keys(defaultLimits)) assert.match(name, /(?:Ms|Max)$/, name);
});

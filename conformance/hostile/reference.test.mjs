// docs/reference/hostile-peers.md shows the attacks as they are run.

import assert from "node:assert/strict";
import { it } from "node:test";

import { readPage, toTable, withTable } from "./reference.mjs";

it("docs/reference/hostile-peers.md has the table of the attacks (node conformance/hostile/reference.mjs writes it)", async () => {
  const page = readPage();
  assert.match(page, /<!-- attacks -->/);
  assert.equal(page, withTable(page, await toTable()));
});

// Every input that was ever worth keeping, of every target: those that failed once must not fail again.

import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { toBytes } from "./bytes.js";
import { failureOf } from "./fuzzer.js";
import { toLine } from "./inputs-file.js";
import { listTargets, readInputs } from "./targets.js";

const found = await listTargets();

it("targets have names of their own", () => {
  const names = found.map(({ target }) => target.name);
  assert.ok(names.length > 10, names.join());
  assert.equal(new Set(names).size, names.length);
});

for (const { target, corpusPath, regressionsPath } of found)
  describe(target.name, () => {
    for (const input of readInputs(regressionsPath))
      it(`does not fail again: ${toLine(input).slice(0, 60)}`, async () => {
        assert.equal(await failureOf(target, input), undefined);
      });
    it("takes its seeds and its corpus", async () => {
      const inputs = [...target.seeds.map(toBytes), ...readInputs(corpusPath)];
      for (const input of inputs) assert.equal(await failureOf(target, input), undefined, toLine(input));
    });
  });

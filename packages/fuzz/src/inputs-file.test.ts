// Any input comes back from its line.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";

import { parseInputs, toLine } from "./inputs-file.js";

test("property: inputs come back from their lines, and lines are plain ASCII", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), (inputs) => {
      const lines = inputs.map(toLine);
      for (const line of lines) assert.match(line, /^[!-~]([ -~]*[!-~])?$/);
      assert.deepEqual(parseInputs(lines.map((line) => `# why\n${line}\n`).join("\n")), inputs);
    }),
  );
});

test("an escape that is none is refused", () => {
  for (const line of ["\\q", "\\x1", "\\xZZ", "a\\"])
    assert.throws(() => parseInputs(line), SyntaxError, line);
});

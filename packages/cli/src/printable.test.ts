// Escapes for the terminal.

import assert from "node:assert/strict";
import { test } from "node:test";
import { toPrintable, toPrintableLines } from "./printable.js";

test("nothing of a stranger's text acts on the terminal", () => {
  const text = "a\u001b[2Jb\n\tc\r\u202ed";
  assert.equal(toPrintable(text), "a\\u001b[2Jb\\u000a\\u0009c\\u000d\\u202ed");
  assert.equal(toPrintableLines(text), "a\\u001b[2Jb\n\tc\\u000d\\u202ed");
});

// The benchmark in its small size: it must run, and say a number for each block.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

test("the benchmark runs", async () => {
  const script = fileURLToPath(new URL("./hpack.bench.js", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [script, "100"]);
  const lines = stdout.trimEnd().split("\n");
  assert.equal(lines.length, 8);
  for (const line of lines) assert.match(line, /^.+: \d+\.\d ns \(decoded\)$/);
});

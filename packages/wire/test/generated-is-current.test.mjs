// The committed code is what protoc makes of the proto files now, byte for byte.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { genDir, generate, hasProtoc } from "../generate.mjs";

const missing = "protoc is not here (Debian: protobuf-compiler): cannot tell whether gen/ is current";

test("gen/ is what `npm run generate` makes", (t) => {
  if (!hasProtoc()) {
    assert.notEqual(process.env.CI, "true", missing);
    t.skip(missing);
    return;
  }
  const freshDir = mkdtempSync(join(tmpdir(), "subito-wire-"));
  try {
    generate(freshDir);
    const names = readdirSync(freshDir).sort();
    assert.ok(names.includes("cachepubsub_pb.js") && names.includes("cachepubsub_pb.d.ts"));
    assert.deepEqual(readdirSync(genDir).sort(), names);
    for (const name of names) {
      const fresh = readFileSync(join(freshDir, name));
      assert.ok(fresh.equals(readFileSync(join(genDir, name))), `${name} is stale: run \`npm run generate\``);
    }
  } finally {
    rmSync(freshDir, { recursive: true, force: true });
  }
});

// Compressed requests: gzip comes back whole, and nothing that claims to be gzip can grow beyond the limit.

import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { ServiceError, type ErrorCode } from "../kernel/errors.js";
import { decompress } from "./compression.js";

const isError = (code: ErrorCode, limit?: string) => (error: unknown) =>
  error instanceof ServiceError && error.code === code && error.limit === limit;

test("property: gzip gives back what was compressed", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 500 }), async (bytes) => {
      assert.deepEqual(Buffer.from(await decompress(gzipSync(bytes), "gzip", 500)), Buffer.from(bytes));
    }),
  );
});

test("a bomb is refused at the limit, with the reason that clients look for", async () => {
  const bomb = gzipSync(Buffer.alloc(50_000_000));
  assert.ok(bomb.length < 100_000);
  await assert.rejects(
    decompress(bomb, "gzip", 10_000),
    isError("resource_exhausted", "request_size_limit_exceeded"),
  );
  await assert.rejects(decompress(bomb, "gzip", 10_000), /request limit/);
  const exact = gzipSync(Buffer.alloc(10_000));
  assert.equal((await decompress(exact, "gzip", 10_000)).length, 10_000);
});

test("what is no gzip, or is cut short, is the caller's error", async () => {
  const whole = gzipSync(Buffer.from("some text that is long enough"));
  for (const bytes of [Buffer.alloc(0), Buffer.from("hello"), whole.subarray(0, whole.length - 5)]) {
    await assert.rejects(decompress(bytes, "gzip", 1000), isError("invalid_argument"));
  }
});

test("other encodings, and none where one is needed, are unimplemented and told so", async () => {
  for (const encoding of ["deflate", "br", "identity", "", undefined]) {
    await assert.rejects(decompress(Buffer.from("x"), encoding, 1000), isError("unimplemented"));
  }
});

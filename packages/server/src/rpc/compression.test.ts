// Compressed requests: gzip comes back whole, and nothing that claims to be gzip can grow beyond the limit.

import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { ServiceError, type ErrorCode } from "../kernel/errors.js";
import { Decompressor } from "./compression.js";

const decompress = (
  bytes: Uint8Array,
  encoding: string | undefined,
  messageBytesMax: number,
): Promise<Uint8Array> =>
  new Decompressor({ messageBytesMax, decompressionsMax: 2 }).decompress(bytes, encoding);

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

test("as many at a time as the limit says, in order, and those that nobody wants any more are left out", async () => {
  const decompressor = new Decompressor({ messageBytesMax: 1000, decompressionsMax: 2 });
  let asked = 0;
  const ask = (n: number): Promise<string> => {
    const isWanted = (): boolean => {
      asked++;
      return n !== 7;
    };
    return decompressor
      .decompress(n === 5 ? Buffer.from("no gzip") : gzipSync(String(n)), "gzip", isWanted)
      .then(
        (bytes) => Buffer.from(bytes).toString(),
        () => "failed",
      );
  };
  const answers = Array.from({ length: 20 }, (_, n) => ask(n));
  assert.equal(asked, 2);
  const expected = Array.from({ length: 20 }, (_, n) => (n === 5 ? "failed" : n === 7 ? "" : String(n)));
  assert.deepEqual(await Promise.all(answers), expected);
  // Nothing is left of it: the next two run at once, the third does not.
  asked = 0;
  const more = [ask(1), ask(2), ask(3)];
  assert.equal(asked, 2);
  assert.deepEqual(await Promise.all(more), ["1", "2", "3"]);
});

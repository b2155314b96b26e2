// Errors as gRPC status fields: every code has its number, and any message survives its way through grpc-message.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ERROR_CODES, ServiceError } from "../kernel/errors.js";
import { GRPC_STATUS, GRPC_STATUS_OK, percentEncode, toStatusFields } from "./status.js";

test("every error code has a gRPC number of its own, none of them OK", () => {
  const numbers = ERROR_CODES.map((code) => GRPC_STATUS[code]);
  for (const number of numbers) assert.ok(Number.isInteger(number) && number > 0 && number <= 16);
  assert.equal(new Set(numbers).size, ERROR_CODES.length);
  assert.ok(!numbers.includes(GRPC_STATUS_OK));
  assert.deepEqual(Object.keys(GRPC_STATUS).sort(), [...ERROR_CODES].sort());
});

test("names are those of gRPC", () => {
  // The numbers of google.rpc.Code for the names in question.
  assert.equal(GRPC_STATUS.invalid_argument, 3);
  assert.equal(GRPC_STATUS.not_found, 5);
  assert.equal(GRPC_STATUS.resource_exhausted, 8);
  assert.equal(GRPC_STATUS.unavailable, 14);
  assert.equal(GRPC_STATUS.unauthenticated, 16);
});

test("fields are status, message, and the limit when there is one", () => {
  assert.deepEqual(toStatusFields(new ServiceError("not_found", "No cache 100%.")), [
    ["grpc-status", "5"],
    ["grpc-message", "No cache 100%25."],
  ]);
  const limited = new ServiceError("resource_exhausted", "m", { limit: "request_size_limit_exceeded" });
  assert.deepEqual(toStatusFields(limited).at(-1), ["err", "request_size_limit_exceeded"]);
});

test("a cause is never told", () => {
  const fields = toStatusFields(
    new ServiceError("internal", "Internal error.", { cause: new Error("/etc/secret") }),
  );
  assert.doesNotMatch(JSON.stringify(fields), /secret/);
});

test("property: an encoded message is printable ASCII and decodes to the message", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 250 }), (message) => {
      const encoded = percentEncode(message);
      assert.match(encoded, /^[\x20-\x7e]*$/);
      // Lone surrogates cannot be written in UTF-8.
      assert.equal(decodeURIComponent(encoded), Buffer.from(message).toString());
    }),
  );
});

test("property: a long message is cut to a size that does not depend on what is in it", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", minLength: 1024, maxLength: 3000 }), (message) => {
      const encoded = percentEncode(message);
      assert.match(encoded, /^(?:[\x20-\x24\x26-\x7e]|%[0-9A-F]{2})*$/);
      assert.ok(encoded.replaceAll(/%../g, "x").length <= 1024);
      // Whoever is strict about UTF-8 can read it too: no character is cut in two.
      assert.ok(Buffer.from(message).toString().startsWith(decodeURIComponent(encoded)));
    }),
    { numRuns: 30 },
  );
});

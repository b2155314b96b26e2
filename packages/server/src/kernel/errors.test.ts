// The one error class: codes, what may be retried, and that nothing of a foreign error is told.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ERROR_CODES, type LimitReason, ServiceError } from "./errors.js";

test("a ServiceError stays itself; anything else becomes internal and tells nothing", () => {
  const known = new ServiceError("not_found", "There is no such cache.");
  assert.equal(ServiceError.from(known), known);
  for (const thrown of [new Error("secret path"), "secret text", undefined, null, { code: "not_found" }]) {
    const error = ServiceError.from(thrown);
    assert.equal(error.code, "internal");
    assert.equal(error.message, "Internal error.");
    assert.equal(error.cause, thrown);
    assert.equal(error.limit, undefined);
  }
});

test("only what a later attempt may mend may be retried", () => {
  const retryable = ERROR_CODES.filter((code) => new ServiceError(code, "").mayRetry);
  assert.deepEqual(retryable, ["unavailable"]);
  const mayRetry = (limit: LimitReason) => new ServiceError("resource_exhausted", "", { limit }).mayRetry;
  assert.equal(mayRetry("operations_rate_limit_exceeded"), true);
  assert.equal(mayRetry("request_size_limit_exceeded"), false);
  assert.equal(mayRetry("topic_subscriptions_limit_exceeded"), false);
});

test("codes are listed once each", () => {
  assert.equal(new Set(ERROR_CODES).size, ERROR_CODES.length);
});

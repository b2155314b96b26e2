// The product's errors over HTTP: every code has a status and a text, and no cause is told.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ERROR_CODES, ServiceError } from "../../kernel/errors.js";
import { HTTP_ERRORS } from "../json/errors.js";
import { errorResponse } from "./error-map.js";

const parse = (body: Uint8Array): unknown => JSON.parse(Buffer.from(body).toString());

test("every error code has a status of an error and a code text of its own", () => {
  assert.deepEqual(Object.keys(HTTP_ERRORS).sort(), [...ERROR_CODES].sort());
  for (const code of ERROR_CODES) {
    const [status, text] = HTTP_ERRORS[code];
    assert.ok(status >= 400 && status < 600, code);
    assert.match(text, /^[A-Z][A-Za-z]+$/);
  }
  assert.equal(new Set(ERROR_CODES.map((code) => HTTP_ERRORS[code][1])).size, ERROR_CODES.length);
});

test("the body says code, message and limit, and nothing of the cause", () => {
  const error = new ServiceError("resource_exhausted", "Too many.", {
    limit: "topic_subscriptions_limit_exceeded",
    cause: new Error("secret"),
  });
  const response = errorResponse(error);
  assert.equal(response.status, 429);
  assert.deepEqual(parse(response.body), {
    code: "ResourceExhausted",
    message: "Too many.",
    err: "topic_subscriptions_limit_exceeded",
  });
  assert.deepEqual(parse(errorResponse(new ServiceError("not_found", "No.")).body), {
    code: "NotFound",
    message: "No.",
  });
});

test("a request that is too large is told so, rather than to try again", () => {
  const error = new ServiceError("resource_exhausted", "m", { limit: "request_size_limit_exceeded" });
  assert.equal(errorResponse(error).status, 413);
});

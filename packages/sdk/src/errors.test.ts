// From the server's codes to Momento's.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fromServer, isPassing, toSdkError } from "./errors.js";

test("every code of the server has Momento's name", () => {
  const codes = [
    ["Cancelled", "CANCELLED_ERROR"],
    ["InvalidArgument", "INVALID_ARGUMENT_ERROR"],
    ["DeadlineExceeded", "TIMEOUT_ERROR"],
    ["NotFound", "NOT_FOUND_ERROR"],
    ["AlreadyExists", "ALREADY_EXISTS_ERROR"],
    ["PermissionDenied", "PERMISSION_ERROR"],
    ["ResourceExhausted", "LIMIT_EXCEEDED_ERROR"],
    ["PayloadTooLarge", "LIMIT_EXCEEDED_ERROR"],
    ["FailedPrecondition", "FAILED_PRECONDITION_ERROR"],
    ["Unimplemented", "BAD_REQUEST_ERROR"],
    ["Internal", "INTERNAL_SERVER_ERROR"],
    ["Unavailable", "SERVER_UNAVAILABLE"],
    ["Unauthenticated", "AUTHENTICATION_ERROR"],
    ["MethodNotAllowed", "BAD_REQUEST_ERROR"],
  ] as const;
  for (const [code, name] of codes) assert.equal(fromServer({ code, message: "x" }).errorCode(), name);
  assert.equal(fromServer({}).errorCode(), "BAD_REQUEST_ERROR");
});

test("which errors pass, and which may be sent again", () => {
  const of = (code: string): [boolean, boolean] => {
    const error = fromServer({ code });
    return [error.isRetryable, isPassing(error)];
  };
  assert.deepEqual(of("Unavailable"), [true, true]);
  assert.deepEqual(of("Internal"), [false, true]);
  assert.deepEqual(of("ResourceExhausted"), [false, true]);
  for (const code of ["NotFound", "PermissionDenied", "Unauthenticated", "InvalidArgument", "Cancelled"]) {
    assert.deepEqual(of(code), [false, false], code);
  }
});

test("what is thrown becomes one of ours, with its cause", () => {
  const ours = fromServer({ code: "NotFound" });
  assert.equal(toSdkError(ours, "CONNECTION_ERROR"), ours);
  const theirs = new TypeError("x");
  assert.equal(toSdkError(theirs, "CONNECTION_ERROR").cause, theirs);
  assert.equal(toSdkError("text", "CONNECTION_ERROR").message, "text");
});

// The product's errors as HTTP answers (wire-contract.md 7.1, 7.2).

import type { ErrorCode, ServiceError } from "../../kernel/errors.js";
import { type WholeResponse, jsonResponse } from "../../rpc/http-message.js";

/** Status and `code` text of every error code. */
export const HTTP_ERRORS: Readonly<Record<ErrorCode, readonly [status: number, code: string]>> = {
  cancelled: [499, "Cancelled"],
  invalid_argument: [400, "InvalidArgument"],
  deadline_exceeded: [504, "DeadlineExceeded"],
  not_found: [404, "NotFound"],
  already_exists: [409, "AlreadyExists"],
  permission_denied: [403, "PermissionDenied"],
  resource_exhausted: [429, "ResourceExhausted"],
  failed_precondition: [412, "FailedPrecondition"],
  unimplemented: [501, "Unimplemented"],
  internal: [500, "Internal"],
  unavailable: [503, "Unavailable"],
  unauthenticated: [401, "Unauthenticated"],
};

export function errorResponse(error: ServiceError): WholeResponse {
  const [status, code] = HTTP_ERRORS[error.code];
  // Too large once is too large for ever: 429 would invite the same request again (RFC 9110 15.5.14).
  const tooLarge = error.limit === "request_size_limit_exceeded";
  return jsonResponse(tooLarge ? 413 : status, {
    code,
    message: error.message,
    ...(error.limit === undefined ? {} : { err: error.limit }),
  });
}

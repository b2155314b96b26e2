// The product's errors in JSON, and as statuses of HTTP (wire-contract.md 7.1, 7.2).

import type { ErrorCode, ServiceError } from "../../kernel/errors.js";

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

export interface ErrorEntry {
  readonly code: string;
  readonly message: string;
  /** Which limit refused it. */
  readonly err?: string;
}

export function toErrorEntry({ code, message, limit }: ServiceError): ErrorEntry {
  return { code: HTTP_ERRORS[code][1], message, ...(limit === undefined ? {} : { err: limit }) };
}

// The words of each wire for what went wrong, read without the server's own tables.

import { ERROR_CODES, type ErrorCode } from "../../kernel/errors.js";

const GRPC_CODES: Readonly<Record<number, ErrorCode>> = {
  3: "invalid_argument",
  5: "not_found",
  7: "permission_denied",
  8: "resource_exhausted",
  14: "unavailable",
  16: "unauthenticated",
};

export function fromGrpcStatus(status: number): ErrorCode {
  const code = GRPC_CODES[status];
  if (code === undefined) throw new Error(`a status that no test expects: ${status}`);
  return code;
}

/** `NotFound`, as JSON errors have it. */
export function fromJsonCode(text: string): ErrorCode {
  const snake = text.replace(/(?<=[a-z])[A-Z]/g, (letter) => `_${letter}`).toLowerCase();
  const code = ERROR_CODES.find((known) => known === snake);
  if (code === undefined) throw new Error(`a code that no table has: ${text}`);
  return code;
}

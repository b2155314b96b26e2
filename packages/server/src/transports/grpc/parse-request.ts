// Request messages: whatever cannot be parsed is the caller's error.

import { ServiceError } from "../../kernel/errors.js";

/** Parses a request message; a parser that throws makes it INVALID_ARGUMENT. */
export function parseRequest<T>(parse: (bytes: Uint8Array) => T, bytes: Uint8Array): T {
  try {
    return parse(bytes);
  } catch (cause) {
    throw new ServiceError("invalid_argument", "The request is not a valid protobuf message.", { cause });
  }
}

// Request bodies that are JSON objects.

import { ServiceError } from "../../kernel/errors.js";

/** Parses a body of at most `bytesMax` bytes; throws `invalid_argument` when it is longer or is no JSON object. */
export function parseJsonObject(body: Uint8Array, bytesMax: number): Record<string, unknown> {
  if (body.length > bytesMax) {
    throw new ServiceError("invalid_argument", `The JSON body is longer than ${bytesMax} bytes.`);
  }
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(body).toString("utf8"));
  } catch (cause) {
    throw new ServiceError("invalid_argument", "The body is not JSON.", { cause });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ServiceError("invalid_argument", "The body is not a JSON object.");
  }
  return value as Record<string, unknown>;
}

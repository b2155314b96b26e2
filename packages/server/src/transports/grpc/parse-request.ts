// Request messages: whatever cannot be parsed is the caller's error.

import { type DescMessage, type MessageShape, fromBinary } from "@bufbuild/protobuf";
import { ServiceError } from "../../kernel/errors.js";

/** Parses a request message; a parser that throws makes it INVALID_ARGUMENT. */
export function parseRequest<T>(parse: (bytes: Uint8Array) => T, bytes: Uint8Array): T {
  try {
    return parse(bytes);
  } catch (cause) {
    throw new ServiceError("invalid_argument", "The request is not a valid protobuf message.", { cause });
  }
}

/** Parses a message by its schema into an object that may be kept. */
export function parseMessage<Schema extends DescMessage>(
  schema: Schema,
  bytes: Uint8Array,
): MessageShape<Schema> {
  // The generated code's fields of bytes are views of what it was given, and that ends with the call.
  return parseRequest((copy) => fromBinary(schema, copy), new Uint8Array(bytes));
}

// gRPC's status codes, and how the product's errors look in them (wire-contract.md 2.3, 2.4).

import type { ErrorCode, ServiceError } from "../kernel/errors.js";

/** gRPC status numbers of the product's error codes. */
export const GRPC_STATUS: Readonly<Record<ErrorCode, number>> = {
  cancelled: 1,
  invalid_argument: 3,
  deadline_exceeded: 4,
  not_found: 5,
  already_exists: 6,
  permission_denied: 7,
  resource_exhausted: 8,
  failed_precondition: 9,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  unauthenticated: 16,
};

export const GRPC_STATUS_OK = 0;

/** Status fields of an error, in the order they go on the wire. */
export function toStatusFields(error: ServiceError): [name: string, value: string][] {
  const fields: [string, string][] = [
    ["grpc-status", String(GRPC_STATUS[error.code])],
    ["grpc-message", percentEncode(error.message)],
  ];
  if (error.limit !== undefined) fields.push(["err", error.limit]);
  return fields;
}

/** Bytes of a `grpc-message` that stay as they are: printable ASCII but the percent sign. */
const PLAIN = /^[\x20-\x24\x26-\x7e]*$/;
/** A message is for people: what is longer than this is cut. */
const MESSAGE_BYTES_MAX = 1024;

/** Percent-encodes a status message as gRPC over HTTP/2 asks: UTF-8, everything but printable ASCII, and `%` itself. */
export function percentEncode(message: string): string {
  if (message.length <= MESSAGE_BYTES_MAX && PLAIN.test(message)) return message;
  let encoded = "";
  for (const byte of cutUtf8(Buffer.from(message, "utf8"))) {
    const plain = byte >= 0x20 && byte <= 0x7e && byte !== 0x25;
    encoded += plain ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return encoded;
}

/** At most `MESSAGE_BYTES_MAX` bytes, without part of a character at the end: some clients refuse broken UTF-8. */
function cutUtf8(bytes: Uint8Array): Uint8Array {
  if (bytes.length <= MESSAGE_BYTES_MAX) return bytes;
  let end = MESSAGE_BYTES_MAX;
  // Bytes that go on with a character are 10xxxxxx.
  while (((bytes[end] as number) & 0xc0) === 0x80) end--;
  return bytes.subarray(0, end);
}

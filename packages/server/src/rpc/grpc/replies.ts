// What gRPC answers over HTTP/2: header blocks and whole replies, encoded once.

import { Reply, encodeHeaders } from "@subito/http2";
import type { ServiceError } from "../../kernel/errors.js";
import { ACCEPTED_ENCODINGS } from "../compression.js";
import { toEnvelope } from "../envelope.js";
import { toStatusFields } from "../status.js";

const HEADERS: readonly (readonly [string, string])[] = [
  [":status", "200"],
  ["content-type", "application/grpc"],
];
const noBody = new Uint8Array(0);

/** Response headers before any message. */
export const responseHeaderBlock: Uint8Array = encodeHeaders(HEADERS);

/** Trailers of a call that went well. */
export const okTrailerBlock: Uint8Array = encodeHeaders([["grpc-status", "0"]]);

/** The answer of every call whose result is an empty message. */
const emptyReply = new Reply(responseHeaderBlock, toEnvelope(new Uint8Array(0)), okTrailerBlock);

/** A unary call's answer. */
export function messageReply(message: Uint8Array): Reply {
  if (message.length === 0) return emptyReply;
  return new Reply(responseHeaderBlock, toEnvelope(message), okTrailerBlock);
}

/** An error before any message: headers and trailers in one block ("trailers-only", wire-contract.md 5.1). */
export function errorReply(error: ServiceError): Reply {
  const fields = [...HEADERS, ...toStatusFields(error)];
  // Told only where it helps: to a caller whose encoding we do not have.
  if (error.code === "unimplemented") fields.push(["grpc-accept-encoding", ACCEPTED_ENCODINGS]);
  return new Reply(encodeHeaders(fields), noBody);
}

/** The error that ends a stream after its headers. */
export function errorTrailerBlock(error: ServiceError): Uint8Array {
  return encodeHeaders(toStatusFields(error));
}

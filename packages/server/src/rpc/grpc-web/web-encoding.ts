// How gRPC-Web writes things down: gRPC's frames and a last one with the trailers, as they are or in base64 (wire-contract.md 1.4).

import { ServiceError } from "../../kernel/errors.js";
import { BodyChunk } from "../http-message.js";
import type { ResponseEncoding } from "../methods.js";
import { GRPC_STATUS_OK, toStatusFields } from "../status.js";

/** One of the two ways. */
export interface WebEncoding extends ResponseEncoding {
  readonly contentType: string;
  toChunk(framed: Uint8Array): BodyChunk;
  /** The request's frames; throws `invalid_argument`. */
  decode(body: Uint8Array): Uint8Array;
}

export const webBinary: WebEncoding = {
  contentType: "application/grpc-web+proto",
  toChunk: (framed) => new BodyChunk(framed),
  decode: (body) => body,
};

export const webText: WebEncoding = {
  contentType: "application/grpc-web-text+proto",
  // Each chunk is padded by itself: clients read them one after the other.
  toChunk: (framed) => new BodyChunk(Buffer.from(Buffer.from(framed).toString("base64"), "latin1")),
  decode: decodeBase64,
};

/** The encoding of a request's content type; undefined: it is no gRPC-Web. */
export function findWebEncoding(contentType: string | undefined): WebEncoding | undefined {
  const [, text] = /^application\/grpc-web(-text)?(?:[+;]|$)/.exec(contentType ?? "") ?? [];
  if (text !== undefined) return webText;
  return /^application\/grpc-web(?:[+;]|$)/.test(contentType ?? "") ? webBinary : undefined;
}

const BASE64 = /^(?:[0-9A-Za-z+/]{4}|[0-9A-Za-z+/]{3}=|[0-9A-Za-z+/]{2}==)*$/;

/** One piece of base64, or several that are each padded. */
function decodeBase64(body: Uint8Array): Uint8Array {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString("latin1");
  if (!BASE64.test(text)) throw notBase64();
  const pieces = text.match(/[^=]+={0,2}/g) ?? [];
  return Buffer.concat(pieces.map((piece) => Buffer.from(piece, "base64")));
}

function notBase64(): ServiceError {
  return new ServiceError("invalid_argument", "The body is not base64, as application/grpc-web-text has it.");
}

const TRAILERS = 0x80;

/** The frame that ends a body: flag, length, and the status fields as lines. */
export function trailerFrame(error: ServiceError | undefined): Uint8Array {
  const fields: readonly (readonly [string, string])[] =
    error === undefined ? [["grpc-status", String(GRPC_STATUS_OK)]] : toStatusFields(error);
  const lines = Buffer.from(fields.map(([name, value]) => `${name}: ${value}\r\n`).join(""));
  const prefix = Buffer.from([TRAILERS, 0, 0, 0, 0]);
  prefix.writeUInt32BE(lines.length, 1);
  return Buffer.concat([prefix, lines]);
}

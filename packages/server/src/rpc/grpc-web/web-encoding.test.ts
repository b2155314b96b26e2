// gRPC-Web's two encodings: content types, base64 in pieces, trailers.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ServiceError } from "../../kernel/errors.js";
import { findWebEncoding, trailerFrame, webBinary, webText } from "./web-encoding.js";

test("content types", () => {
  for (const type of [
    "application/grpc-web-text",
    "application/grpc-web-text+proto",
    "application/grpc-web-text;x=1",
  ])
    assert.equal(findWebEncoding(type), webText, type);
  for (const type of ["application/grpc-web", "application/grpc-web+proto"])
    assert.equal(findWebEncoding(type), webBinary, type);
  for (const type of [
    undefined,
    "",
    "application/grpc",
    "application/grpc-webtext",
    "application/json",
    "x/grpc-web",
  ])
    assert.equal(findWebEncoding(type), undefined, type);
});

test("property: base64 in any number of padded pieces is the bytes of them all", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ minLength: 1, maxLength: 20 })), (pieces) => {
      const text = pieces.map((piece) => Buffer.from(piece).toString("base64")).join("");
      assert.deepEqual(Buffer.from(webText.decode(Buffer.from(text))), Buffer.concat(pieces));
    }),
  );
});

test("what is no base64 is refused", () => {
  for (const text of [
    "A",
    "AA",
    "AAA",
    "AA=",
    "A===",
    "====",
    "=AAA",
    "AA=A",
    "AAAA\n",
    "AA-_",
    "AAAé",
    "AAAA=",
  ])
    assert.throws(
      () => webText.decode(Buffer.from(text)),
      (error) => error instanceof ServiceError && error.code === "invalid_argument",
      text,
    );
  assert.equal(webText.decode(Buffer.alloc(0)).length, 0);
});

test("property: chunks one after the other are base64 in pieces", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ minLength: 1 })), (framed) => {
      const body = Buffer.concat(framed.map((frame) => webText.toChunk(frame).bytes));
      assert.deepEqual(Buffer.from(webText.decode(body)), Buffer.concat(framed));
    }),
  );
});

test("trailers are the last frame, with lower-case names and what a limit says", () => {
  const toText = (frame: Uint8Array): string => {
    assert.equal(frame[0], 0x80);
    assert.equal(Buffer.from(frame).readUInt32BE(1), frame.length - 5);
    return Buffer.from(frame.subarray(5)).toString("latin1");
  };
  assert.equal(toText(trailerFrame(undefined)), "grpc-status: 0\r\n");
  const error = new ServiceError("resource_exhausted", "too many ✗", {
    limit: "request_size_limit_exceeded",
  });
  assert.equal(
    toText(trailerFrame(error)),
    "grpc-status: 8\r\ngrpc-message: too many %E2%9C%97\r\nerr: request_size_limit_exceeded\r\n",
  );
});

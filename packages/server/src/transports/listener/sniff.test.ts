// Telling protocols apart: the verdict, and that it does not depend on how the first bytes are cut.

import assert from "node:assert/strict";
import { METHODS } from "node:http";
import { test } from "node:test";
import fc from "fast-check";
import { type Protocol, sniffProtocol } from "./sniff.js";

const PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const bytes = (text: string): Buffer => Buffer.from(text, "latin1");

/** The first verdict when bytes come one by one, and how many it took. */
function sniffBytewise(all: Uint8Array): { verdict: Protocol | undefined; after: number } {
  for (let end = 1; end <= all.length; end++) {
    const verdict = sniffProtocol(all.subarray(0, end));
    if (verdict !== undefined) return { verdict, after: end };
  }
  return { verdict: undefined, after: all.length };
}

test("each protocol is known by its beginning", () => {
  const cases: readonly [string, Protocol | undefined][] = [
    ["", undefined],
    ["P", undefined],
    ["PRI * HTTP/2.0\r", undefined],
    [PREFACE, "http2"],
    ["PRI * HTTP/1.1\r\n", "http1"],
    ["PRI * SOMETHING\r\n", "unknown"],
    ["GET / HTTP/1.1\r\n", "http1"],
    ["\r\n\r\nGET / HTTP/1.1\r\n", "http1"],
    ["POST /topics/a/b HTTP/1.0\r\n", "http1"],
    ["PUT", undefined],
    ["BREW /pot HTTP/1.1\r\n", "http1"],
    ["\x16\x03\x01\x02\x00", "tls"],
    ["\x16", undefined],
    ["\x16\x04", "unknown"],
    ["\x00\x00\x00", "unknown"],
    ["SSH-2.0-OpenSSH_9\r\n", "unknown"],
    ["SSH-2.0\r\n", "unknown"],
    ["hello there\r\n", "unknown"],
    ["*1\r\n$4\r\nPING\r\n", "unknown"],
  ];
  for (const [text, expected] of cases)
    assert.equal(sniffProtocol(bytes(text)), expected, JSON.stringify(text));
  for (const method of METHODS)
    assert.equal(sniffProtocol(bytes(`${method} / HTTP/1.1\r\n`)), "http1", method);
});

test("a view that begins inside of its buffer is read from its own beginning", () => {
  const buffer = bytes(`xxxx${PREFACE}`);
  assert.equal(sniffProtocol(buffer.subarray(4)), "http2");
  assert.equal(sniffProtocol(bytes("xxxxGET / HTTP/1.1\r\n").subarray(4)), "http1");
});

/** Beginnings near to those of the protocols, and anything else. */
const beginning = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc
    .tuple(
      fc.constantFrom(
        PREFACE,
        "GET / HTTP/1.1\r\n",
        "\r\nPOST /x HTTP/1.0\r\n",
        "BREW /pot HTTP/1.1\r\n",
        "\x16\x03\x01",
        "PROPFIND",
        "P",
      ),
      fc.nat(30),
      fc.string({ unit: "binary-ascii", maxLength: 20 }),
    )
    .map(([text, length, rest]) => bytes(text.slice(0, length) + rest)),
);

test("property: a verdict once given does not change, however the bytes are cut", () => {
  fc.assert(
    fc.property(beginning, (first) => {
      const { verdict, after } = sniffBytewise(first);
      for (let end = after; end <= first.length; end++) {
        assert.equal(sniffProtocol(first.subarray(0, end)), verdict, `after ${end} bytes`);
      }
    }),
    { numRuns: 2000 },
  );
});

test("a client cannot keep it waiting for ever", () => {
  for (const filler of ["a", "\r\n", "\r", "\n", "GE", "x y ", " "]) {
    const long = bytes(filler.repeat(5000));
    assert.notEqual(sniffProtocol(long), undefined, JSON.stringify(filler));
    assert.notEqual(sniffProtocol(Buffer.concat([bytes("\r\n".repeat(2047)), long])), undefined);
  }
});

// Fuzzes the base64 of gRPC-Web requests: it is what Node reads, piece by piece, or it is refused.

import assert from "node:assert/strict";
import type { FuzzTarget } from "@subito/fuzz";
import { ServiceError } from "../../kernel/errors.js";
import { webText } from "./web-encoding.js";

/** The same by hand: four characters at a time, each of which says how many bytes it is. */
function decodeSlowly(text: string): Buffer | undefined {
  if (text.length % 4 !== 0) return undefined;
  const parts: Buffer[] = [];
  for (let at = 0; at < text.length; at += 4) {
    const four = text.slice(at, at + 4);
    if (!/^[0-9A-Za-z+/]{2}(?:[0-9A-Za-z+/]{2}|[0-9A-Za-z+/]=|==)$/.test(four)) return undefined;
    parts.push(Buffer.from(four, "base64"));
  }
  return Buffer.concat(parts);
}

function run(input: Uint8Array): void {
  const expected = decodeSlowly(Buffer.from(input).toString("latin1"));
  let found: Uint8Array | undefined;
  try {
    found = webText.decode(input);
  } catch (error) {
    assert.ok(error instanceof ServiceError && error.code === "invalid_argument", String(error));
  }
  assert.equal(found === undefined, expected === undefined, "refused or not");
  if (found !== undefined) assert.deepEqual(Buffer.from(found), expected);
}

export const targets: readonly FuzzTarget[] = [
  {
    name: "base64-stream",
    inputBytesMax: 200,
    seeds: ["", "AAAA", "AAAAAAU=", "AA==BB==", "AAAAAA==AAA=", "====", "A===", "AAA"],
    dictionary: ["AAAA", "AA==", "AAA=", "=", "==", "\r\n", "-", "_", "+", "/"],
    run,
  },
];

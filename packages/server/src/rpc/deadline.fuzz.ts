// Fuzzes grpc-timeout, beside its grammar read character by character.

import assert from "node:assert/strict";
import { type FuzzTarget, latin1 } from "@subito/fuzz";
import { parseTimeoutMs } from "./deadline.js";

const unitNs: Readonly<Record<string, bigint>> = {
  H: 3_600_000_000_000n,
  M: 60_000_000_000n,
  S: 1_000_000_000n,
  m: 1_000_000n,
  u: 1000n,
  n: 1n,
};

/** Nanoseconds; undefined for what is no timeout. */
function readSlowly(text: string): bigint | undefined {
  let value = 0n;
  for (let i = 0; i < text.length - 1; i++) {
    const digit = "0123456789".indexOf(text.charAt(i));
    if (digit < 0) return undefined;
    value = value * 10n + BigInt(digit);
  }
  const unit = unitNs[text.charAt(text.length - 1)];
  return unit === undefined || text.length < 2 || text.length > 9 ? undefined : value * unit;
}

function run(input: Uint8Array): void {
  const text = latin1(input);
  const expectedNs = readSlowly(text);
  let foundMs: number | undefined;
  try {
    foundMs = parseTimeoutMs(text);
    assert.notEqual(foundMs, undefined);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  assert.equal(foundMs === undefined, expectedNs === undefined, text);
  if (foundMs === undefined || expectedNs === undefined) return;
  const expectedMs = Number(expectedNs) / 1e6;
  assert.ok(foundMs >= 0 && Math.abs(foundMs - expectedMs) <= expectedMs * 1e-12, text);
}

export const targets: readonly FuzzTarget[] = [
  {
    name: "grpc-timeout",
    inputBytesMax: 16,
    seeds: [
      "",
      "1S",
      "99999999H",
      "100m",
      "5u",
      "7n",
      "30M",
      "999999999S",
      "-1S",
      "1.5S",
      "1s",
      "S",
      " 1S",
      "1S ",
      "0n",
    ],
    dictionary: ["H", "M", "S", "m", "u", "n", "00000000", "e5", "0x", "constructor", "__proto__"],
    run,
  },
];

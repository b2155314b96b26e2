// Fuzzes SETTINGS: the same values and the same errors as a slow reading of RFC 9113 6.5.2.

import assert from "node:assert/strict";
import type { FuzzTarget } from "@subito/fuzz";
import { ErrorCode } from "./error-code.js";
import { CONNECTION_FAULTS, ConnectionError } from "./fault.js";
import { MAX_31_BITS, Setting } from "./frame-types.js";
import { type PeerSettings, parseSettings } from "./peer-settings.js";
import { setting } from "./testing/raw-peer.js";

function readSlowly(payload: Buffer): PeerSettings | number {
  const settings: PeerSettings = {};
  for (let at = 0; at < payload.length; at += 6) {
    const id = payload.readUInt16BE(at);
    const value = payload.readUInt32BE(at + 2);
    if (id === 1) settings.headerTableBytes = value;
    if (id === 2 && value !== 0 && value !== 1) return ErrorCode.PROTOCOL_ERROR;
    if (id === 4 && value >= 2 ** 31) return ErrorCode.FLOW_CONTROL_ERROR;
    if (id === 4) settings.initialWindowBytes = value;
    if (id === 5 && (value < 2 ** 14 || value >= 2 ** 24)) return ErrorCode.PROTOCOL_ERROR;
    if (id === 5) settings.frameBytesMax = value;
  }
  return settings;
}

/** The input is a payload; what is too much for whole settings is left out, since frame-rules.ts refuses such a frame. */
function run(input: Uint8Array): void {
  const payload = input.subarray(0, input.length - (input.length % 6));
  const expected = readSlowly(Buffer.from(payload));
  let found: PeerSettings | number;
  try {
    found = parseSettings(payload);
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error;
    found = CONNECTION_FAULTS[error.fault];
  }
  if (typeof expected === "number" || typeof found === "number") {
    assert.equal(found, expected);
    return;
  }
  assert.equal(found.headerTableBytes, expected.headerTableBytes);
  assert.equal(found.initialWindowBytes, expected.initialWindowBytes);
  assert.equal(found.frameBytesMax, expected.frameBytesMax);
}

const samples = Object.values(Setting).flatMap((id) =>
  [0, 1, 2, 16_383, 16_384, 16_777_215, 16_777_216, MAX_31_BITS, MAX_31_BITS + 1].map((value) =>
    setting(id, value),
  ),
);

export const targets: readonly FuzzTarget[] = [
  {
    name: "peer-settings",
    inputBytesMax: 64,
    seeds: [Buffer.concat(samples.slice(0, 8)), ...samples, setting(0x8, 1)],
    dictionary: samples,
    run,
  },
];

// Fuzzes the gathering of one gRPC message: any body, cut anyhow, kept at any moment, gives what the whole body says.

import assert from "node:assert/strict";
import { type FuzzTarget, cutAtRandom, latin1, randomOf } from "@subito/fuzz";
import { ServiceError } from "../kernel/errors.js";
import { RequestAssembly } from "./envelope.js";
import { RequestMemory } from "./request-memory.js";

const MESSAGE_BYTES_MAX = 100;
const MEMORY_BYTES_MAX = 400;

/** The message, or the code of the error, as the whole body tells (gRPC over HTTP/2, "Length-Prefixed-Message"). */
function readWhole(body: Uint8Array): string {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  if (body.length < 5) return "invalid_argument";
  const length = view.getUint32(1);
  if (length > MESSAGE_BYTES_MAX) return "resource_exhausted";
  if (body.length !== 5 + length || view.getUint8(0) > 1) return "invalid_argument";
  return `${view.getUint8(0) === 1} ${latin1(body.subarray(5))}`;
}

function run(input: Uint8Array): void {
  const random = randomOf(input);
  const memory = new RequestMemory(MEMORY_BYTES_MAX);
  const assembly = new RequestAssembly(MESSAGE_BYTES_MAX, memory);
  const expected = readWhole(input);
  let found: string;
  try {
    const pieces = [...cutAtRandom(input, random)];
    for (const piece of pieces) {
      // A view of memory that is used again.
      const view = Uint8Array.from(piece);
      const isLast = piece === pieces.at(-1) && random.below(2) === 0;
      assembly.add(view, isLast);
      assert.ok(memory.bytes >= 0 && memory.bytes <= MEMORY_BYTES_MAX);
      if (random.below(2) === 0) assembly.keep();
      if (!isLast) view.fill(0xee);
      assert.ok(memory.bytes >= 0 && memory.bytes <= MEMORY_BYTES_MAX);
    }
    const { compressed, bytes } = assembly.finish();
    found = `${compressed} ${latin1(bytes)}`;
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    found = error.code;
  }
  assert.equal(found, expected);
  assembly.release();
  assert.equal(memory.bytes, 0, "memory that is not given back");
}

export const targets: readonly FuzzTarget[] = [
  {
    name: "grpc-envelope",
    inputBytesMax: 160,
    seeds: [
      "",
      "\x00",
      "\x00\0\0\0\0",
      "\x00\0\0\0\x03abc",
      "\x01\0\0\0\x02ab",
      "\x02\0\0\0\0",
      "\0\0\0\0\x64" + "a".repeat(100),
      "\0\0\0\0\x65",
      "\0\xff\xff\xff\xff",
    ],
    dictionary: ["\0\0\0\0", "\0\0\0\x05hello"],
    run,
  },
];

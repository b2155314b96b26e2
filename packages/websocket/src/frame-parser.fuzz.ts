// Fuzzes the frame parser: any bytes, cut anyhow, give the events that a slow reader of the whole finds.

import assert from "node:assert/strict";
import { type FuzzTarget, type Random, cutAtRandom, randomOf } from "@subito/fuzz";
import { clientFrame, length64 } from "./testing/client-frames.js";
import { parse, parseSlowly } from "./testing/slow-parser.js";

const seeds: readonly Buffer[] = [
  clientFrame(1, "Hello"),
  clientFrame(2, Buffer.alloc(200, 3)),
  clientFrame(9, "ping"),
  clientFrame(10),
  clientFrame(8, "\x03\xe8"),
  clientFrame(1, "a", { fin: false }),
  clientFrame(0, "b", { fin: false }),
  clientFrame(0, "c"),
  clientFrame(1, "squeezed", { reserved: 0x40 }),
  clientFrame(2, "", { length: length64(70_000n) }),
  clientFrame(1, "bare", { key: undefined }),
];

function run(input: Uint8Array): void {
  for (const mayCompress of [false, true]) {
    const expected = parseSlowly(input, mayCompress).join("\n");
    assert.equal(parse([input], mayCompress).join("\n"), expected, "in one piece");
    assert.equal(parse(cutAtRandom(input, randomOf(input)), mayCompress).join("\n"), expected, "in pieces");
  }
}

function generate(random: Random): Uint8Array {
  return Buffer.concat(Array.from({ length: 1 + random.below(6) }, () => random.pick(seeds)));
}

export const targets: readonly FuzzTarget[] = [
  { name: "websocket-frames", inputBytesMax: 1024, seeds, dictionary: seeds, generate, run },
];

// The frame parser: what RFC 6455 5 allows and what not, however the bytes are cut.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { SocketError } from "./fault.js";
import { FrameParser } from "./frame-parser.js";
import { clientFrame, length64 } from "./testing/client-frames.js";
import { BYTES_MAX, parse, parseSlowly } from "./testing/slow-parser.js";

test("a message in fragments comes whole, with the control frames between them before it", () => {
  const events = parse([
    clientFrame(1, "Hel", { fin: false }),
    clientFrame(9, "now"),
    clientFrame(0, "", { fin: false }),
    clientFrame(0, "lo"),
    clientFrame(2, Buffer.alloc(70, 7)),
  ]);
  assert.deepEqual(
    events.filter((event) => event !== "frame"),
    ["control 9 now", "text Hello", `binary ${"\x07".repeat(70)}`, "end"],
  );
});

const broken: readonly (readonly [what: string, bytes: Buffer, fault?: string])[] = [
  ["no mask", clientFrame(1, "a", { key: undefined })],
  ["RSV1 without compression", clientFrame(1, "a", { reserved: 0x40 })],
  ["RSV2", clientFrame(1, "a", { reserved: 0x20 })],
  ["RSV3", clientFrame(1, "a", { reserved: 0x10 })],
  ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map((opcode) => [`opcode ${opcode}`, clientFrame(opcode)] as const),
  ["a continuation of nothing", clientFrame(0, "a")],
  ["a message inside of another", Buffer.concat([clientFrame(1, "a", { fin: false }), clientFrame(2, "b")])],
  ["a PING in fragments", clientFrame(9, "a", { fin: false })],
  ["a PING of 126 bytes", clientFrame(9, Buffer.alloc(126))],
  ["125 in 16 bits", clientFrame(2, Buffer.alloc(125), { length: Buffer.from([126, 0, 125]) })],
  ["65535 in 64 bits", clientFrame(2, "", { length: length64(65_535n) })],
  ["a length of 2^63", clientFrame(2, "", { length: length64(1n << 63n) })],
  ["too long a frame", clientFrame(2, Buffer.alloc(BYTES_MAX + 1)), "message_too_big"],
  ["a length of 2^63 - 1", clientFrame(2, "", { length: length64((1n << 63n) - 1n) }), "message_too_big"],
  [
    "fragments that are too long together",
    Buffer.concat([clientFrame(2, Buffer.alloc(BYTES_MAX), { fin: false }), clientFrame(0, "a")]),
    "message_too_big",
  ],
];

for (const [what, bytes, fault = "protocol"] of broken) {
  test(`${what} is refused`, () => {
    assert.equal(parse([bytes]).at(-1), `error ${fault}`);
    assert.equal(parse([...bytes].map((byte) => Buffer.from([byte]))).at(-1), `error ${fault}`);
  });
}

test("a length that is announced takes no memory before bytes come", () => {
  let held = 0;
  let most = 0;
  const memory = {
    take: (bytes: number) => {
      held += bytes;
      most = Math.max(most, held);
      return true;
    },
    give: (bytes: number) => (held -= bytes),
  };
  const handler = { frame: () => undefined, message: () => undefined, control: () => undefined };
  const parser = new FrameParser(handler, { limits: { messageBytesMax: 1 << 21 }, memory }, false);
  const frame = clientFrame(2, Buffer.alloc(1 << 20));
  parser.receive(frame.subarray(0, 100));
  assert.ok(most <= 4096, `${most}`);
  parser.receive(frame.subarray(100));
  assert.ok(most <= 1 << 21);
  assert.equal(held, 0);
  parser.receive(frame.subarray(0, 5000));
  assert.notEqual(held, 0);
  parser.clear();
  assert.equal(held, 0);
});

test("without memory for one more unfinished message, the parser stops", () => {
  const handler = { frame: () => undefined, message: () => undefined, control: () => undefined };
  const memory = { take: () => false, give: () => undefined };
  const parser = new FrameParser(handler, { limits: { messageBytesMax: 1000 }, memory }, false);
  assert.throws(
    () => parser.receive(clientFrame(1, "abc").subarray(0, 7)),
    (error) => error instanceof SocketError && error.fault === "no_memory",
  );
});

const frame = fc
  .record({
    opcode: fc.constantFrom(0, 0, 1, 1, 2, 8, 9, 10, 3),
    payload: fc.oneof(fc.uint8Array({ maxLength: 10 }), fc.uint8Array({ minLength: 120, maxLength: 140 })),
    fin: fc.boolean(),
    reserved: fc.constantFrom(0, 0, 0, 0x40, 0x20),
    key: fc.constantFrom(Buffer.from([1, 2, 3, 4]), Buffer.alloc(4), Buffer.from([255, 128, 0, 1])),
  })
  .map(({ opcode, payload, ...options }) => clientFrame(opcode, payload, options));

test("any frames, cut anyhow, give what a plain reading of the whole gives", () => {
  fc.assert(
    fc.property(
      fc.array(frame, { maxLength: 8 }),
      fc.array(fc.nat(2000)),
      fc.boolean(),
      (frames, cuts, mayCompress) => {
        const bytes = Buffer.concat(frames);
        const sorted = [
          0,
          ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b),
          bytes.length,
        ];
        const pieces = sorted.slice(1).map((to, i) => bytes.subarray(sorted[i], to));
        assert.deepEqual(parse(pieces, mayCompress), parseSlowly(bytes, mayCompress));
      },
    ),
    { numRuns: 500 },
  );
});

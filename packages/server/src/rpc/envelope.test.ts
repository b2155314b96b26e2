// The message prefix, and the gathering of a request's one message out of whatever pieces it comes in.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ServiceError, type ErrorCode } from "../kernel/errors.js";
import { ENVELOPE_BYTES, RequestAssembly, toEnvelope } from "./envelope.js";
import { RequestMemory } from "./request-memory.js";

const MESSAGE_BYTES_MAX = 100;

interface Outcome {
  readonly compressed?: boolean;
  readonly bytes?: Buffer;
  readonly error?: ErrorCode;
}

/** What comes of a body in these pieces. `keepAfter` is the piece after which a turn ends. */
function assemble(pieces: readonly Uint8Array[], memory: RequestMemory, keepAfter = -1): Outcome {
  const assembly = new RequestAssembly(MESSAGE_BYTES_MAX, memory);
  try {
    pieces.forEach((piece, i) => {
      const view = Buffer.from(piece);
      const isLast = i === pieces.length - 1;
      assembly.add(view, isLast);
      if (i === keepAfter) assembly.keep();
      // The view ends, but for the last.
      if (!isLast) view.fill(0xee);
    });
    const { compressed, bytes } = assembly.finish();
    return { compressed, bytes: Buffer.from(bytes) };
  } catch (error) {
    assert.ok(error instanceof ServiceError);
    return { error: error.code };
  } finally {
    assembly.release();
  }
}

function cut(body: Uint8Array, places: readonly number[]): Uint8Array[] {
  const sorted = [...new Set(places.map((place) => place % (body.length + 1)))].sort((a, b) => a - b);
  const ends = [...sorted, body.length];
  return ends.map((end, i) => body.subarray(i === 0 ? 0 : ends[i - 1], end));
}

const createMemory = (bytesMax = 1_000_000): RequestMemory => new RequestMemory(bytesMax);

/** Bodies of every kind: right ones, and those with a wrong length, flag or end. */
const anyBody = fc.oneof(
  fc.uint8Array({ maxLength: MESSAGE_BYTES_MAX }).map((message) => toEnvelope(message)),
  fc
    .tuple(fc.nat(2), fc.nat(MESSAGE_BYTES_MAX + 20), fc.uint8Array({ maxLength: MESSAGE_BYTES_MAX + 20 }))
    .map(([flag, length, message]) => {
      const body = Buffer.from(toEnvelope(message));
      body[0] = flag;
      body.writeUInt32BE(length, 1);
      return body;
    }),
  fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
);

test("property: however a body is cut, the outcome is that of the whole, and all memory is given back", () => {
  fc.assert(
    fc.property(anyBody, fc.array(fc.nat(130), { maxLength: 12 }), fc.nat(5), (body, places, keepAfter) => {
      const memory = createMemory();
      const whole = assemble([body], memory);
      assert.equal(memory.bytes, 0);
      assert.deepEqual(assemble(cut(body, places), memory, keepAfter), whole);
      assert.equal(memory.bytes, 0);
    }),
    { numRuns: 500 },
  );
});

test("property: a message comes back as it was put into its envelope", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: MESSAGE_BYTES_MAX }), (message) => {
      const envelope = toEnvelope(message);
      assert.equal(envelope.length, ENVELOPE_BYTES + message.length);
      assert.deepEqual(assemble([envelope], createMemory()), {
        compressed: false,
        bytes: Buffer.from(message),
      });
    }),
  );
});

test("what is wrong with a body has its code", () => {
  const envelope = toEnvelope(Buffer.from("hello"));
  const withFlag = (flag: number): Buffer => Buffer.concat([Buffer.of(flag), envelope.subarray(1)]);
  const memory = createMemory();
  assert.deepEqual(assemble([], memory), { error: "invalid_argument" });
  assert.deepEqual(assemble([Buffer.alloc(0)], memory), { error: "invalid_argument" });
  assert.deepEqual(assemble([envelope.subarray(0, 4)], memory), { error: "invalid_argument" });
  assert.deepEqual(assemble([envelope.subarray(0, 7)], memory), { error: "invalid_argument" });
  assert.deepEqual(assemble([envelope, envelope], memory), { error: "invalid_argument" });
  assert.deepEqual(assemble([withFlag(2)], memory), { error: "invalid_argument" });
  assert.deepEqual(assemble([withFlag(1)], memory), { compressed: true, bytes: Buffer.from("hello") });
  assert.deepEqual(assemble([toEnvelope(Buffer.alloc(0))], memory), {
    compressed: false,
    bytes: Buffer.alloc(0),
  });
});

test("an oversized message is refused as soon as its length is known, whatever length it claims", () => {
  for (const length of [MESSAGE_BYTES_MAX + 1, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff]) {
    const prefix = Buffer.alloc(5);
    prefix.writeUInt32BE(length, 1);
    const assembly = new RequestAssembly(MESSAGE_BYTES_MAX, createMemory());
    assembly.add(prefix.subarray(0, 4), false);
    assert.throws(
      () => assembly.add(prefix.subarray(4), true),
      (error) =>
        error instanceof ServiceError &&
        error.code === "resource_exhausted" &&
        error.limit === "request_size_limit_exceeded" &&
        error.message.includes("request limit"),
    );
  }
});

test("a body in one piece takes no memory; one that waits, or comes in pieces, is counted", () => {
  const memory = createMemory();
  const envelope = toEnvelope(Buffer.alloc(50));
  const one = new RequestAssembly(MESSAGE_BYTES_MAX, memory);
  one.add(envelope, false);
  assert.equal(memory.bytes, 0);
  one.keep();
  one.keep();
  assert.equal(memory.bytes, envelope.length);
  const two = new RequestAssembly(MESSAGE_BYTES_MAX, memory);
  two.add(envelope.subarray(0, 30), false);
  two.add(envelope.subarray(30), true);
  assert.ok(memory.bytes >= 2 * envelope.length);
  one.release();
  two.release();
  two.release();
  assert.equal(memory.bytes, 0);
});

test("property: where memory runs out, the call is refused, and nothing is counted for it afterwards", () => {
  fc.assert(
    fc.property(
      fc.nat(120),
      fc.array(fc.nat(130), { maxLength: 6 }),
      fc.nat(5),
      fc.nat(50),
      (bytesMax, places, keepAfter, heldByOthers) => {
        const memory = createMemory(bytesMax);
        memory.bytes = heldByOthers;
        const outcome = assemble(cut(toEnvelope(Buffer.alloc(90)), places), memory, keepAfter);
        assert.ok(outcome.error === undefined || outcome.error === "resource_exhausted");
        assert.equal(memory.bytes, heldByOthers);
      },
    ),
  );
});

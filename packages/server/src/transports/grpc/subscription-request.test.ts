// The hand-written reader against the generated writer and reader, and what it makes of numbers and bytes that are too much.

import assert from "node:assert/strict";
import { test } from "node:test";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { _SubscriptionRequestSchema } from "@subito/wire/cachepubsub";
import fc from "fast-check";
import { ProtobufError } from "./protobuf-reader.js";
import { parseSubscriptionRequest } from "./subscription-request.js";

const MAX = BigInt(Number.MAX_SAFE_INTEGER);
const capped = (value: bigint): number => Number(value > MAX ? MAX : value);
const anyNumber = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  fc.constantFrom(0n, 1n, 127n, 128n, MAX - 1n, MAX, MAX + 1n, 2n ** 63n, 2n ** 64n - 1n),
  fc.nat(3_000_000).map(BigInt),
);
const anyRequest = fc.record({
  cacheName: fc.string({ unit: "grapheme", maxLength: 80 }),
  topic: fc.string({ unit: "grapheme", maxLength: 80 }),
  resumeAtTopicSequenceNumber: anyNumber,
  sequencePage: anyNumber,
});

test("property: reads what the generated code writes", () => {
  fc.assert(
    fc.property(anyRequest, (request) => {
      const bytes = toBinary(_SubscriptionRequestSchema, create(_SubscriptionRequestSchema, request));
      assert.deepEqual(parseSubscriptionRequest(bytes), {
        cacheName: request.cacheName,
        topicName: request.topic,
        cursor: { sequence: capped(request.resumeAtTopicSequenceNumber), page: capped(request.sequencePage) },
      });
    }),
    { numRuns: 2000 },
  );
});

test("property: bytes cut short, or any bytes, are read or refused with ProtobufError", () => {
  fc.assert(
    fc.property(anyRequest, fc.nat(200), fc.uint8Array({ maxLength: 40 }), (request, length, more) => {
      const whole = toBinary(_SubscriptionRequestSchema, create(_SubscriptionRequestSchema, request));
      for (const bytes of [whole.subarray(0, length), more, Buffer.concat([whole, more])]) {
        try {
          const { cursor } = parseSubscriptionRequest(bytes);
          assert.ok(Number.isSafeInteger(cursor.sequence) && Number.isSafeInteger(cursor.page));
        } catch (error) {
          assert.ok(error instanceof ProtobufError, String(error));
        }
      }
    }),
    { numRuns: 2000 },
  );
});

test("numbers of ten bytes are read as the generated code reads them, then capped; eleven are too many", () => {
  const field = (last: number) => Uint8Array.of(0x18, ...new Array<number>(9).fill(0x80), last);
  for (const last of [0, 1]) {
    const generated = fromBinary(_SubscriptionRequestSchema, field(last)).resumeAtTopicSequenceNumber;
    assert.equal(parseSubscriptionRequest(field(last)).cursor.sequence, capped(generated), String(last));
  }
  assert.throws(() => parseSubscriptionRequest(Uint8Array.of(...field(0x80), 0)), ProtobufError);
});

test("of a field that comes twice the last counts, unknown ones are passed over", () => {
  const bytes = Uint8Array.of(0x18, 1, 0x18, 2, 0x28, 9, 0x1a, 1, 0x78, 0x0a, 1, 0x61);
  assert.deepEqual(parseSubscriptionRequest(bytes), {
    cacheName: "a",
    topicName: "",
    cursor: { sequence: 2, page: 0 },
  });
});

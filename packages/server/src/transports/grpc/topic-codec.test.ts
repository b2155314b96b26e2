// The hand-written codec against the generated one: any request and any bytes in, any items out.

import assert from "node:assert/strict";
import { test } from "node:test";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  type _SubscriptionItem,
  _PublishRequestSchema,
  _SubscriptionItemSchema,
} from "@subito/wire/cachepubsub";
import fc from "fast-check";
import type { TopicItem } from "../../ports/topic-engine.js";
import {
  readByHand,
  readGenerated,
  toStrict,
  toVarint,
  withoutMarks,
} from "../../testing/publish-readings.js";
import { runTopicCodecBench } from "./topic-codec.bench.js";
import {
  encodeDiscontinuityMessage,
  encodeItemMessages,
  heartbeatMessage,
  parsePublishRequest,
} from "./topic-codec.js";

// --- Publish requests -------------------------------------------------------------------------------------------------

function assertReadsTheSame(bytes: Uint8Array): void {
  const strict = toStrict(bytes);
  assert.deepEqual(
    withoutMarks(readByHand(bytes)),
    strict && withoutMarks(readGenerated(strict)),
    Buffer.from(bytes).toString("hex"),
  );
}

/** A length-delimited field. */
function bytesField(field: number, content: Uint8Array | string): Uint8Array {
  const bytes = Buffer.from(content);
  return Buffer.concat([toVarint(field * 8 + 2), toVarint(bytes.length), bytes]);
}

const anyName = fc.oneof(
  fc.constantFrom("", "default", "room-1", "room-2", "\ufeffx", "日本語", "a".repeat(64), "a".repeat(65)),
  fc.string({ unit: "binary", maxLength: 80 }),
);
const anyValue = fc.oneof(
  fc.record({ case: fc.constant("text" as const), value: fc.string({ unit: "binary" }) }),
  fc.record({ case: fc.constant("binary" as const), value: fc.uint8Array({ maxLength: 300 }) }),
  fc.record({ case: fc.constant(undefined), value: fc.constant(undefined) }),
);
const anyRequest = fc
  .record({
    cacheName: anyName,
    topic: anyName,
    value: fc.option(fc.record({ kind: anyValue }), { nil: undefined }),
  })
  .map(({ cacheName, topic, value }) => {
    // An embedded message is left out by leaving the key out.
    const fields = value === undefined ? { cacheName, topic } : { cacheName, topic, value };
    return toBinary(_PublishRequestSchema, create(_PublishRequestSchema, fields as object));
  });

/** Fields in any order and number, well-formed each: known, unknown, of the wrong wire type, with overlong numbers, in groups. */
function soupOf(nested: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> {
  const field = fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: 1, max: 4 }) },
    fc.constantFrom(15, 16, 2 ** 29 - 1),
  );
  const number = fc.oneof(fc.nat(300), fc.maxSafeNat()).map(toVarint);
  const overlong = fc.constantFrom("8000", "ffffffff7f", "ffffffffffffffffff01", "ffffffffffffffffffff01");
  const one = fc.oneof(
    fc.tuple(field, nested).map(([no, content]) => bytesField(no, content)),
    fc.tuple(field, anyName).map(([no, content]) => bytesField(no, content)),
    fc.tuple(field, number).map(([no, value]) => Buffer.concat([toVarint(no * 8), value])),
    fc.tuple(field, overlong).map(([no, hex]) => Buffer.concat([toVarint(no * 8), Buffer.from(hex, "hex")])),
    fc
      .tuple(field, overlong)
      .map(([no, hex]) => Buffer.concat([toVarint(no * 8 + 2), Buffer.from(hex, "hex")])),
    field.map((no) => Buffer.concat([toVarint(no * 8 + 1), Buffer.alloc(8, 0x0a)])),
    field.map((no) => Buffer.concat([toVarint(no * 8 + 5), Buffer.alloc(4, 0x0a)])),
    fc.tuple(field, nested).map(([no, x]) => Buffer.concat([toVarint(no * 8 + 3), x, toVarint(no * 8 + 4)])),
    fc.tuple(field, fc.constantFrom(4, 6, 7)).map(([no, type]) => toVarint(no * 8 + type)),
  );
  return fc.array(one, { maxLength: 5 }).map((fields) => Buffer.concat(fields));
}
const anySoup = soupOf(soupOf(fc.uint8Array({ maxLength: 8 })));

test("publish requests: valid ones read as the generated decoder reads them", () => {
  fc.assert(
    fc.property(anyRequest, (bytes) => {
      const reading = readByHand(bytes);
      assert.notEqual(reading, undefined);
      assert.deepEqual(withoutMarks(reading), withoutMarks(readGenerated(bytes)));
      assert.deepEqual(toStrict(bytes), Buffer.from(bytes));
    }),
  );
});

test("publish requests: changed, cut, random and mixed bytes read or fail as the generated decoder does", () => {
  const anyChange = fc.record({ at: fc.nat(), byte: fc.nat(255), cutAt: fc.option(fc.nat()) });
  const changed = fc.tuple(anyRequest, anyChange).map(([bytes, { at, byte, cutAt }]) => {
    const copy = Buffer.from(bytes);
    if (copy.length > 0) copy[at % copy.length] = byte;
    return cutAt === null ? copy : copy.subarray(0, cutAt % (copy.length + 1));
  });
  fc.assert(fc.property(changed, assertReadsTheSame), { numRuns: 2000 });
  fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), assertReadsTheSame), { numRuns: 2000 });
  fc.assert(fc.property(anySoup, assertReadsTheSame), { numRuns: 3000 });
  fc.assert(
    fc.property(fc.array(anyRequest, { maxLength: 3 }), (parts) => assertReadsTheSame(Buffer.concat(parts))),
  );
});

test("publish requests: of what comes twice the last counts, and messages are merged", () => {
  const value = (...fields: Uint8Array[]) => bytesField(3, Buffer.concat(fields));
  const twice = [bytesField(1, "a"), bytesField(1, "b"), bytesField(2, "t"), bytesField(2, "u")];
  const merged = Buffer.concat([...twice, value(bytesField(2, "x"), bytesField(1, "yz")), value()]);
  const expected = { cacheName: "b", topicName: "u", kind: "text", value: Buffer.from("yz").toString("hex") };
  assert.deepEqual(readByHand(merged), expected);
  assert.deepEqual(readByHand(value(bytesField(2, ""))), {
    cacheName: "",
    topicName: "",
    kind: "binary",
    value: "",
  });
  assert.equal(readByHand(value())?.kind, undefined);
});

test("publish requests: the specification is followed where the generated decoder is laxer", () => {
  const hex = (text: string) => readByHand(Buffer.from(text, "hex"));
  const nothing = { cacheName: "", topicName: "", kind: undefined, value: "" };
  assert.deepEqual(hex("0801"), nothing, "a known field of another wire type is unknown");
  assert.equal(hex("1a020a03616263"), undefined, "a field runs over the end of its message");
  assert.equal(hex("1a015005"), undefined, "a number runs over the end of its message");
  assert.equal(hex("5080808080808080808080" + "01"), undefined, "a varint of eleven bytes");
  assert.equal(hex("0a818080801061"), undefined, "a length above 32 bits");
  assert.equal(
    readByHand(bytesField(1, "\ufeffa"))?.cacheName,
    "\ufeffa",
    "a byte order mark is a character",
  );
});

test("publish requests: what is not UTF-8 fails where text is wanted, and only there", () => {
  const bad = [
    Uint8Array.of(0xff),
    Uint8Array.of(0xed, 0xa0, 0x80),
    Uint8Array.of(0xc0, 0x80),
    Uint8Array.of(0xe2, 0x82),
  ];
  for (const bytes of bad) {
    assert.equal(readByHand(bytesField(1, bytes)), undefined);
    assert.equal(readByHand(bytesField(2, bytes)), undefined);
    assert.equal(readByHand(bytesField(3, bytesField(1, bytes))), undefined);
    assert.equal(readByHand(bytesField(3, bytesField(2, bytes)))?.value, Buffer.from(bytes).toString("hex"));
    assert.notEqual(readByHand(bytesField(9, bytes)), undefined);
  }
});

test("publish requests: groups may be nested a hundred deep and no deeper", () => {
  const nested = (depth: number) => Buffer.concat([Buffer.alloc(depth, 0x4b), Buffer.alloc(depth, 0x4c)]);
  assert.notEqual(readByHand(nested(100)), undefined);
  assert.equal(readByHand(nested(101)), undefined);
  assert.equal(readByHand(nested(100_000)), undefined);
});

test("publish requests: the value is a view of the message, also where that is a part of a larger buffer", () => {
  const value = { kind: { case: "binary" as const, value: Uint8Array.of(1, 2, 3) } };
  const message = toBinary(_PublishRequestSchema, create(_PublishRequestSchema, { topic: "t", value }));
  const all = Buffer.concat([Buffer.alloc(7, 0xff), message, Buffer.alloc(9, 0xff)]);
  const request = parsePublishRequest(all.subarray(7, 7 + message.length));
  assert.deepEqual([...request.value], [1, 2, 3]);
  assert.equal(request.value.buffer, all.buffer);
});

// --- Subscription items ----------------------------------------------------------------------------------------------

const anyPosition = fc.oneof(
  fc.constantFrom(0, 1, 127, 128, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 35, 2 ** 49, Number.MAX_SAFE_INTEGER),
  fc.maxSafeNat(),
);
const anyItem: fc.Arbitrary<TopicItem> = fc
  .record({
    page: anyPosition,
    sequence: anyPosition,
    publisherId: fc.oneof(fc.constant(""), fc.string({ unit: "binary", maxLength: 64 })),
    publishedAtMs: fc.constant(0),
    content: fc.oneof(
      fc.string({ unit: "binary" }).map((text) => ({ kind: "text" as const, value: Buffer.from(text) })),
      fc.uint8Array({ maxLength: 400 }).map((value) => ({ kind: "binary" as const, value })),
    ),
  })
  .map(({ content, ...rest }) => ({ ...rest, ...content }));

function toGenerated(item: TopicItem): _SubscriptionItem {
  const { kind, value } = item;
  return create(_SubscriptionItemSchema, {
    kind: {
      case: "item",
      value: {
        topicSequenceNumber: BigInt(item.sequence),
        sequencePage: BigInt(item.page),
        publisherId: item.publisherId,
        value: {
          kind:
            kind === "text"
              ? { case: kind, value: Buffer.from(value).toString() }
              : { case: kind, value: Uint8Array.from(value) },
        },
      },
    },
  });
}

/** The messages behind gRPC prefixes; fails on anything beside them. */
function unframe(bytes: Uint8Array): Uint8Array[] {
  const all = Buffer.from(bytes);
  const messages: Uint8Array[] = [];
  let at = 0;
  while (at < all.length) {
    assert.equal(all[at], 0);
    const end = at + 5 + all.readUInt32BE(at + 1);
    assert.ok(end <= all.length);
    messages.push(all.subarray(at + 5, end));
    at = end;
  }
  return messages;
}

test("items: many in one buffer are byte for byte what the generated encoder writes", () => {
  fc.assert(
    fc.property(fc.array(anyItem, { maxLength: 8 }), (items) => {
      const messages = unframe(encodeItemMessages(items));
      assert.equal(messages.length, items.length);
      items.forEach((item, i) => {
        const expected = toBinary(_SubscriptionItemSchema, toGenerated(item));
        assert.equal(
          Buffer.from(messages[i] as Uint8Array).toString("hex"),
          Buffer.from(expected).toString("hex"),
        );
      });
    }),
    { numRuns: 500 },
  );
});

test("items: lengths at the edges of varints, up to 1 MiB, and empty values, arrive", () => {
  for (const kind of ["text", "binary"] as const) {
    for (const length of [0, 1, 100, 127, 128, 16_383, 16_384, 1_048_576]) {
      const item: TopicItem = {
        page: 1_795_478_400_000,
        sequence: 7,
        kind,
        value: Buffer.alloc(length, 0x61),
        publisherId: "p",
        publishedAtMs: 0,
      };
      const [message] = unframe(encodeItemMessages([item]));
      const { kind: decoded } = fromBinary(_SubscriptionItemSchema, message as Uint8Array);
      assert.ok(decoded.case === "item");
      // The one field of a value is there even when it is empty: clients see "not set" otherwise.
      assert.equal(decoded.value.value?.kind.case, kind);
      assert.equal(decoded.value.value.kind.value.length, length);
      assert.equal(decoded.value.topicSequenceNumber, 7n);
    }
  }
});

test("discontinuities and heartbeats are what the generated encoder writes", () => {
  fc.assert(
    fc.property(anyPosition, anyPosition, anyPosition, (lastSequence, newSequence, newPage) => {
      const [message, ...more] = unframe(encodeDiscontinuityMessage({ lastSequence, newSequence, newPage }));
      const value = {
        lastTopicSequence: BigInt(lastSequence),
        newTopicSequence: BigInt(newSequence),
        newSequencePage: BigInt(newPage),
      };
      const expected = create(_SubscriptionItemSchema, { kind: { case: "discontinuity", value } });
      assert.deepEqual(more, []);
      assert.deepEqual(message, Buffer.from(toBinary(_SubscriptionItemSchema, expected)));
    }),
  );
  const heartbeat = create(_SubscriptionItemSchema, { kind: { case: "heartbeat", value: {} } });
  assert.deepEqual(unframe(heartbeatMessage), [Buffer.from(toBinary(_SubscriptionItemSchema, heartbeat))]);
});

test("the benchmark runs", () => {
  const results = runTopicCodecBench({ messages: 32, rounds: 1 });
  assert.equal(results.length, 8);
  for (const { handWrittenNs, generatedNs } of results) assert.ok(handWrittenNs > 0 && generatedNs > 0);
});

// Fuzzes the hot codec beside the generated one: any publish request in, any items out.

import assert from "node:assert/strict";
import { fromBinary, toBinary, create } from "@bufbuild/protobuf";
import { Choices, type FuzzTarget } from "@subito/fuzz";
import { _PublishRequestSchema, _SubscriptionItemSchema } from "@subito/wire/cachepubsub";
import type { TopicItem } from "../../ports/topic-engine.js";
import {
  type Reading,
  readByHand,
  readGenerated,
  toStrict,
  withoutMarks,
} from "../../testing/publish-readings.js";
import { encodeDiscontinuityMessage, encodeItemMessages } from "./topic-codec.js";

function toText(reading: Reading): string {
  const plain = withoutMarks(reading);
  return plain === undefined
    ? "refused"
    : [plain.cacheName, plain.topicName, plain.kind, plain.value].join("\0");
}

function runRequest(input: Uint8Array): void {
  const strict = toStrict(input);
  assert.equal(toText(readByHand(input)), toText(strict === undefined ? undefined : readGenerated(strict)));
}

function itemOf(choices: Choices): TopicItem {
  const kind = choices.byte() % 2 === 0 ? "text" : "binary";
  const bytes = choices.piece();
  return {
    sequence: choices.number(choices.byte() % 7),
    page: choices.number(choices.byte() % 7),
    kind,
    // What is text is valid UTF-8 by then.
    value: kind === "binary" ? Uint8Array.from(bytes) : Buffer.from(Buffer.from(bytes).toString()),
    publisherId: Buffer.from(choices.piece(40)).toString(),
    publishedAtMs: 0,
  };
}

/** The input: items, one after the other; the numbers of the first one make a discontinuity too. */
function runItems(input: Uint8Array): void {
  const choices = new Choices(input);
  const items: TopicItem[] = [];
  while (!choices.atEnd && items.length < 8) items.push(itemOf(choices));
  const messages = unframe(encodeItemMessages(items));
  assert.equal(messages.length, items.length);
  items.forEach((item, i) => {
    const { kind } = fromBinary(_SubscriptionItemSchema, messages[i] as Uint8Array);
    assert.ok(kind.case === "item");
    const { topicSequenceNumber, sequencePage, publisherId, value } = kind.value;
    assert.equal(topicSequenceNumber, BigInt(item.sequence));
    assert.equal(sequencePage, BigInt(item.page));
    assert.equal(publisherId, withoutMark(item.publisherId));
    assert.equal(value?.kind.case, item.kind);
    const content = Buffer.from(value.kind.value).toString("latin1");
    const expected = Buffer.from(item.value).toString("latin1");
    // The generated decoder takes a byte order mark from the front of a text.
    assert.equal(content, item.kind === "text" ? expected.replace(/^\xef\xbb\xbf/, "") : expected);
  });
  const first = items[0];
  if (first !== undefined) checkDiscontinuity(first.sequence, first.page);
}

function checkDiscontinuity(lastSequence: number, newPage: number): void {
  const written = encodeDiscontinuityMessage({ lastSequence, newSequence: lastSequence, newPage });
  const value = {
    lastTopicSequence: BigInt(lastSequence),
    newTopicSequence: BigInt(lastSequence),
    newSequencePage: BigInt(newPage),
  };
  const message = create(_SubscriptionItemSchema, { kind: { case: "discontinuity", value } });
  assert.ok(
    Buffer.compare(toBinary(_SubscriptionItemSchema, message), written.subarray(5)) === 0,
    "a discontinuity",
  );
}

function withoutMark(text: string): string {
  return text.replace(/^\ufeff/, "");
}

/** The messages behind gRPC prefixes. */
function unframe(bytes: Buffer): Uint8Array[] {
  const messages: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    assert.equal(bytes[at], 0);
    const end = at + 5 + bytes.readUInt32BE(at + 1);
    assert.ok(end <= bytes.length);
    messages.push(bytes.subarray(at + 5, end));
    at = end;
  }
  return messages;
}

const requests = ["text", "binary"].map((kind) =>
  toBinary(
    _PublishRequestSchema,
    create(_PublishRequestSchema, {
      cacheName: "default",
      topic: "news",
      value: {
        kind:
          kind === "text" ? { case: kind, value: "hello" } : { case: "binary", value: Uint8Array.of(0, 255) },
      },
    }),
  ),
);

export const targets: readonly FuzzTarget[] = [
  {
    name: "publish-request",
    inputBytesMax: 200,
    seeds: [
      ...requests,
      "",
      "\x0a\x01a\x12\x01b\x1a\x03\x0a\x01c",
      "\x1a\x00",
      "\x4b\x4c",
      "\x0a\x01\xff",
      "\x08\x01",
      "\x15abcd",
      "\x11abcdefgh",
    ],
    dictionary: [
      "\x0a",
      "\x12",
      "\x1a",
      "\x0a\x01a",
      "\x1a\x02\x0a\x00",
      "\x4b",
      "\x4c",
      "\x80\x80\x80\x80\x10",
      "\xff\xff\xff\xff\x0f",
      "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
      "\xef\xbb\xbf",
      "\xed\xa0\x80",
      "\xc0\x80",
      "\xe6\x97\xa5",
    ],
    run: runRequest,
  },
  {
    name: "subscription-items",
    inputBytesMax: 300,
    seeds: [
      "",
      "\0\x05hello\x01\x07\x06\x01\xa2\x12\x34\x56\x78\x03abc",
      `\x01\xc8${"x".repeat(200)}\x01\x7f\x01\x80\0`,
      "\0\0\0\0\0\x01\0\0\0\0",
    ],
    dictionary: ["\x06\xff\xff\xff\xff\xff\xff", "\x04\x80\x00\x00\x00", "\x02\x40\x00", "\xef\xbb\xbf"],
    run: runItems,
  },
];

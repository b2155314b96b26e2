// The JSON of messages, against what JSON.stringify makes of the same.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ServiceError } from "../../kernel/errors.js";
import type { TopicItem } from "../../ports/topic-engine.js";
import { toItemEntry } from "./entries.js";
import { bareItemMessage, discontinuityMessage, endedMessage, itemMessage } from "./messages.js";

const anyItem: fc.Arbitrary<TopicItem> = fc.record({
  kind: fc.constantFrom("text" as const, "binary" as const),
  value: fc.oneof(
    fc.string({ unit: "binary" }).map((text) => Buffer.from(text)),
    fc.uint8Array(),
  ),
  page: fc.maxSafeNat(),
  sequence: fc.maxSafeNat(),
  publisherId: fc.string({ unit: "binary" }),
  publishedAtMs: fc.constant(0),
});
const anyTopic = fc.record({
  cacheName: fc.string({ unit: "binary" }),
  topicName: fc.string({ unit: "binary" }),
});

test("property: an item is one line of JSON, with the entry of the long poll", () => {
  fc.assert(
    fc.property(anyItem, anyTopic, (item, topic) => {
      const names = { cache: topic.cacheName, topic: topic.topicName };
      const { value, ...bare } = toItemEntry(item);
      assert.ok(value !== undefined);
      const text = itemMessage(item, topic);
      assert.doesNotMatch(text, /[\r\n\0]/);
      assert.deepEqual(JSON.parse(text), { type: "item", ...names, item: { ...bare, value } });
      assert.deepEqual(JSON.parse(bareItemMessage(item, topic)), { type: "item", ...names, item: bare });
    }),
  );
});

test("a discontinuity, and an end", () => {
  const topic = { cacheName: "a", topicName: 'b"\n' };
  const gap = { lastSequence: 1, newSequence: 9, newPage: 8 };
  assert.equal(
    discontinuityMessage(gap, topic),
    '{"type":"discontinuity","cache":"a","topic":"b\\"\\n","discontinuity":{"last_topic_sequence":1,"new_topic_sequence":9,"new_sequence_page":8}}',
  );
  const full = new ServiceError("resource_exhausted", "no", { limit: "topic_subscriptions_limit_exceeded" });
  assert.deepEqual(JSON.parse(endedMessage(full, topic, { page: 8, nextSequence: 4 })), {
    ...{ type: "ended", cache: "a", topic: 'b"\n' },
    ...{ code: "ResourceExhausted", message: "no", err: "topic_subscriptions_limit_exceeded" },
    ...{ next_sequence_number: 4, sequence_page: 8 },
  });
});

// Items on a socket: text in text messages, binary beside its JSON, each as it was published.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { TopicItem } from "../../ports/topic-engine.js";
import { FakeChannel } from "../../testing/fake-channel.js";
import { type SocketChunk, topicForm } from "./topic-form.js";

const topic = { cacheName: 'c"1', topicName: "té" };
const item = (sequence: number, rest: Partial<TopicItem>): TopicItem => ({
  ...{ kind: "text", value: Buffer.from("x"), page: 7, sequence, publisherId: "", publishedAtMs: 0, ...rest },
});

function read(chunk: SocketChunk) {
  assert.ok(chunk);
  const channel = new FakeChannel();
  channel.send(chunk);
  return channel.take();
}

const place = { cache: 'c"1', topic: "té" };
const position = (sequence: number) => ({ topic_sequence_number: sequence, sequence_page: 7 });

test("a message for each item: text with its value, binary with the bytes behind the JSON", () => {
  const text = '{"a":"\u2028\\"}';
  const chunk = topicForm.items(
    [
      item(1, { value: Buffer.from(text), publisherId: "me" }),
      item(2, { kind: "binary", value: Uint8Array.of(0, 255), publisherId: 'y"ou' }),
      item(3, { kind: "binary", value: new Uint8Array(0) }),
      item(4, { value: Buffer.alloc(70_000, "é") }),
    ],
    topic,
  );
  const type = { type: "item", ...place };
  assert.deepEqual(
    read(chunk).map((message) => ({ ...message, value: message.value && Buffer.from(message.value) })),
    [
      {
        json: { ...type, item: { ...position(1), value: { text }, publisher_id: "me" } },
        value: undefined,
      },
      { json: { ...type, item: { ...position(2), publisher_id: 'y"ou' } }, value: Buffer.of(0, 255) },
      { json: { ...type, item: position(3) }, value: Buffer.of() },
      { json: { ...type, item: { ...position(4), value: { text: "é".repeat(35_000) } } }, value: undefined },
    ],
  );
});

test("a discontinuity is told, a heartbeat is not", () => {
  assert.deepEqual(read(topicForm.discontinuity({ lastSequence: 1, newSequence: 9, newPage: 8 }, topic)), [
    {
      json: {
        ...{ type: "discontinuity", ...place },
        discontinuity: { last_topic_sequence: 1, new_topic_sequence: 9, new_sequence_page: 8 },
      },
    },
  ]);
  assert.equal(topicForm.heartbeat(), undefined);
});

// What publish answers, and what it refuses.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { PublishGrant } from "../ports/grant.js";
import { code, createWorld } from "../testing/topics-world.js";

void test("publish answers in the same turn with the item's position", () => {
  const world = createWorld();
  assert.deepEqual(world.publish("a"), { page: world.page(), sequence: 1 });
  assert.deepEqual(world.publish("b"), { page: world.page(), sequence: 2 });
  assert.equal(world.engine.topic("c", "t")?.items[1]?.publisherId, "me");
});

void test("publish refuses what it must", async () => {
  const world = createWorld();
  const { topics } = world;
  const grant = (cacheName: string, topicName: string) =>
    ({ cacheName, topicName, publisherId: "" }) as PublishGrant;
  const value = { kind: "text", value: Buffer.from("x") } as const;
  assert.throws(() => topics.publish(grant("", "t"), value), code("invalid_argument"));
  assert.throws(() => topics.publish(grant("c", ""), value), code("invalid_argument"));
  assert.throws(
    () => topics.publish(grant("other", "t"), value),
    code("not_found", /Cache Not Found.*"other"/),
  );
  const noKind = { kind: undefined, value: value.value } as unknown as typeof value;
  assert.throws(() => topics.publish(grant("c", "t"), noKind), code("invalid_argument"));
  world.publish("x".repeat(100));
  const tooLarge = code("resource_exhausted", /request limit/, "request_size_limit_exceeded");
  assert.throws(() => world.publish("x".repeat(101)), tooLarge);
  // SDKs would take the failure for another one by these words.
  assert.throws(() => world.publish("x".repeat(101)), {
    message: /^(?!.*(subscribe|operations|throughput))/s,
  });

  const late = createWorld({}, { delayed: true });
  late.engine.deleteCache("c");
  const answer = late.topics.publish(grant("c", "t"), value);
  late.engine.answer();
  await assert.rejects(Promise.resolve(answer), code("not_found"));
});

// What is published arrives as it was published: every kind of payload, in order, at every subscriber, and nowhere else.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { startSubito } from "../harness.mjs";
import {
  assertContiguous,
  assertEachOnce,
  assertError,
  assertUndisturbed,
  closeClients,
  createCacheClient,
  createTopicClient,
  defaultCache,
  makeTexts,
  publish,
  publishAll,
  subscribe,
  waitForItems,
  waitForQuiet,
} from "./clients.mjs";

const mebibyte = 1024 * 1024;

/** @type {Record<string, string>} */
const texts = {
  "plain text": "hello",
  "one byte": "a",
  "a NUL alone": "\u0000",
  emoji: "👩‍👩‍👧‍👦 🏳️‍🌈 🙂",
  "combining marks": "e\u0301 a\u0308\u0323 n\u0303 \u1100\u1161\u11a8",
  "right to left": "שלום עולם \u202eabc\u202c مرحبا",
  "what looks like JSON": '{"text":"a","n":1}',
  "line ends and quotes": 'a\r\nb\n\t"c"\\',
  "64 KiB of text": "x".repeat(64 * 1024),
  "exactly 1 MiB of text": "y".repeat(mebibyte),
  "almost 1 MiB in characters of three bytes": "€".repeat(Math.floor(mebibyte / 3)),
};

/** @type {Record<string, Uint8Array>} */
const binaries = {
  "one zero byte": Uint8Array.of(0),
  "every byte value": Uint8Array.from({ length: 256 }, (_, index) => index),
  "bytes that are valid UTF-8": new TextEncoder().encode("text in disguise"),
  "bytes that are not UTF-8": Uint8Array.of(0xc3, 0x28, 0xff, 0xfe, 0xed, 0xa0, 0x80),
  "64 KiB of bytes": Uint8Array.from({ length: 64 * 1024 }, (_, index) => (index * 31) % 256),
  "exactly 1 MiB of bytes": Uint8Array.from({ length: mebibyte }, (_, index) => (index * 17) % 251),
};

describe("publish and subscribe", () => {
  /** @type {import("../harness.mjs").SubitoServer} */
  let server;
  /** @type {import("@gomomento/sdk").TopicClient} */
  let publisher;
  /** @type {import("@gomomento/sdk").TopicClient} */
  let subscriber;

  before(async () => {
    server = await startSubito();
    publisher = createTopicClient(server.port);
    subscriber = createTopicClient(server.port);
  });
  after(async () => {
    closeClients();
    assert.equal(await server?.stop(), 0);
  });

  for (const [name, text] of Object.entries(texts)) {
    test(`text stays text: ${name}`, async () => {
      const recording = await subscribe(subscriber, defaultCache, `text ${name}`);
      await publish(publisher, defaultCache, `text ${name}`, text);
      await waitForItems(recording, 1);
      const value = recording.items[0]?.value;
      assert.equal(typeof value, "string");
      assert.ok(value === text, `received ${value?.length} characters of ${text.length}, not the same`);
      assertContiguous(recording, 1, 1);
      assertUndisturbed(recording);
      recording.unsubscribe();
    });
  }

  for (const [name, bytes] of Object.entries(binaries)) {
    test(`binary stays binary: ${name}`, async () => {
      const recording = await subscribe(subscriber, defaultCache, `binary ${name}`);
      await publish(publisher, defaultCache, `binary ${name}`, bytes);
      await waitForItems(recording, 1);
      const value = recording.items[0]?.value;
      assert.ok(value instanceof Uint8Array, `received a ${typeof value}`);
      assert.ok(
        Buffer.from(bytes).equals(value),
        `received ${value.length} bytes of ${bytes.length}, not the same`,
      );
      assertContiguous(recording, 1, 1);
      assertUndisturbed(recording);
      recording.unsubscribe();
    });
  }

  test("kinds may change from message to message on one topic", async () => {
    const recording = await subscribe(subscriber, defaultCache, "mixed kinds");
    await publishAll(publisher, defaultCache, "mixed kinds", ["one", Uint8Array.of(2), "three"]);
    await waitForItems(recording, 3);
    assert.deepEqual(
      recording.values().map((value) => typeof value),
      ["string", "object", "string"],
    );
    assertContiguous(recording, 1, 3);
    recording.unsubscribe();
  });

  test("a value over 1 MiB is refused, and the topic goes on as if it had not been sent", async () => {
    const recording = await subscribe(subscriber, defaultCache, "too large");
    await publish(publisher, defaultCache, "too large", "before");
    for (const value of [
      "x".repeat(mebibyte + 1),
      new Uint8Array(mebibyte + 1),
      // Fewer characters than the limit, more bytes.
      "€".repeat(Math.floor(mebibyte / 3) + 1),
      "x".repeat(5_300_000),
      // Close to the largest message that the client sends at all.
      new Uint8Array(10_400_000),
    ]) {
      const response = await publisher.publish(defaultCache, "too large", value);
      const message = assertError(response, "LIMIT_EXCEEDED_ERROR", "LimitExceededError");
      assert.match(message, /^Request size limit exceeded for this account/);
      assert.match(message, /RESOURCE_EXHAUSTED/);
    }
    await publish(publisher, defaultCache, "too large", "after");
    await waitForItems(recording, 2);
    assert.deepEqual(recording.values(), ["before", "after"]);
    assertContiguous(recording, 1, 2);
    assertUndisturbed(recording);
    recording.unsubscribe();
  });

  test("10,000 messages from one client, 64 at a time: numbered without a gap, each exactly once, the same for all", async () => {
    const topic = "order of ten thousand";
    const payloads = makeTexts(10_000);
    // One with the client's defaults, whose stream restarts in the middle when this takes longer than 5 s, and one without.
    const recordings = [
      await subscribe(subscriber, defaultCache, topic),
      await subscribe(
        createTopicClient(server.port, { streams: 1, deadlineMs: 600_000 }),
        defaultCache,
        topic,
      ),
    ];
    await publishAll(publisher, defaultCache, topic, payloads, 64);
    for (const recording of recordings) {
      await waitForItems(recording, payloads.length);
      await waitForQuiet(recording);
      assertContiguous(recording, 1, payloads.length);
      assertEachOnce(recording, payloads);
      assertUndisturbed(recording);
    }
    const [first, second] = recordings.map((recording) => recording.values().join("\n"));
    assert.ok(first === second, "the two subscribers saw different orders");
    for (const recording of recordings) recording.unsubscribe();
  });

  test("messages of a publisher that waits for each acknowledgement arrive in its order", async () => {
    const recording = await subscribe(subscriber, defaultCache, "one after the other");
    const payloads = makeTexts(2_000);
    await publishAll(publisher, defaultCache, "one after the other", payloads);
    await waitForItems(recording, payloads.length);
    assertContiguous(recording, 1, payloads.length);
    assert.deepEqual(recording.values(), payloads);
    assertUndisturbed(recording);
    recording.unsubscribe();
  });

  test("fifty subscribers of one topic each get everything", async () => {
    const topic = "fifty subscribers";
    const payloads = makeTexts(200);
    const recordings = await Promise.all(
      Array.from({ length: 50 }, () => subscribe(subscriber, defaultCache, topic)),
    );
    await publishAll(publisher, defaultCache, topic, payloads, 8);
    for (const recording of recordings) {
      await waitForItems(recording, payloads.length);
      assertContiguous(recording, 1, payloads.length);
      assertEachOnce(recording, payloads);
      assertUndisturbed(recording);
      recording.unsubscribe();
    }
  });

  test("topics and caches are apart from each other, whatever their names", async () => {
    const caches = await createCacheClient(server.port);
    await caches.createCache("other");
    const places = [
      "a",
      "A",
      "a ",
      "a/b",
      "a/b/",
      "ä",
      "a\u0308",
      "🙂",
      "..",
      "%61",
      "x".repeat(1024),
    ].flatMap((topic) => [
      { cache: defaultCache, topic },
      { cache: "other", topic },
    ]);
    const recordings = await Promise.all(
      places.map(({ cache, topic }) => subscribe(subscriber, cache, topic)),
    );
    await Promise.all(
      places.map(({ cache, topic }) => publish(publisher, cache, topic, `for ${cache} ${topic}`)),
    );
    await Promise.all(recordings.map((recording) => waitForItems(recording, 1)));
    await Promise.all(recordings.map((recording) => waitForQuiet(recording)));
    for (const [index, recording] of recordings.entries()) {
      const place = places[index];
      assert.deepEqual(recording.values(), [`for ${place?.cache} ${place?.topic}`]);
      assertContiguous(recording, 1, 1);
      recording.unsubscribe();
    }
  });

  test("publishing to and subscribing to a missing cache fail with the same error", async () => {
    const published = await publisher.publish("no-such-cache", "topic", "value");
    const subscribed = await subscriber.subscribe("no-such-cache", "topic", {});
    for (const response of [published, subscribed]) {
      const message = assertError(response, "NOT_FOUND_ERROR", "CacheNotFoundError");
      assert.match(message, /A cache with the specified name does not exist\./);
    }
  });

  test("a topic name that is too long or holds a control character is refused", async () => {
    for (const topic of ["x".repeat(1025), "é".repeat(513), "with\u0000nul", "with\u001bescape"]) {
      const published = await publisher.publish(defaultCache, topic, "value");
      assertError(published, "INVALID_ARGUMENT_ERROR", "InvalidArgumentError");
      const subscribed = await subscriber.subscribe(defaultCache, topic, {});
      assertError(subscribed, "INVALID_ARGUMENT_ERROR", "InvalidArgumentError");
    }
  });

  test("a message published just before the subscription is seen", async () => {
    await publish(publisher, defaultCache, "just before", "early");
    const recording = await subscribe(subscriber, defaultCache, "just before");
    await waitForItems(recording, 1);
    await publish(publisher, defaultCache, "just before", "late");
    await waitForItems(recording, 2);
    assert.deepEqual(recording.values(), ["early", "late"]);
    assertUndisturbed(recording);
    recording.unsubscribe();
  });

  test("a message without a token has no token id", async () => {
    const recording = await subscribe(subscriber, defaultCache, "token id");
    await publish(publisher, defaultCache, "token id", "anonymous");
    await waitForItems(recording, 1);
    assert.ok(!recording.items[0]?.tokenId, `token id ${recording.items[0]?.tokenId}`);
    recording.unsubscribe();
  });
});

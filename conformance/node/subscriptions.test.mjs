// The life of subscriptions: ended by the deletion of their cache, ended by the client, and very many of them at once.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { startProxy, startSubito } from "../harness.mjs";
import {
  assertContiguous,
  assertError,
  assertUndisturbed,
  closeClients,
  createCacheClient,
  createTopicClient,
  defaultCache,
  noDeadlineMs,
  publish,
  subscribe,
  waitForItems,
  waitForQuiet,
  waitUntil,
} from "./clients.mjs";

/** How soon the deletion of a cache must end its subscriptions (wire contract 5.6). */
const deletionTimeoutMs = 2_000;

describe("subscriptions", () => {
  /** @type {import("../harness.mjs").SubitoServer} */
  let server;
  /** @type {import("@gomomento/sdk").TopicClient} */
  let publisher;
  /** @type {import("@gomomento/sdk").CacheClient} */
  let caches;

  before(async () => {
    server = await startSubito();
    publisher = createTopicClient(server.port);
    caches = await createCacheClient(server.port);
  });
  after(async () => {
    closeClients();
    assert.equal(await server?.stop(), 0);
  });

  test("deleting a cache ends its subscriptions with NOT_FOUND, and no others", async () => {
    await caches.createCache("doomed");
    const client = createTopicClient(server.port, { deadlineMs: noDeadlineMs });
    const doomed = await Promise.all(
      ["a", "a", "b", "never published to"].map((topic) => subscribe(client, "doomed", topic)),
    );
    const unharmed = await subscribe(client, defaultCache, "a");
    await publish(publisher, "doomed", "a", "hello");
    await waitForItems(/** @type {import("./clients.mjs").Recording} */ (doomed[0]), 1);

    await caches.deleteCache("doomed");
    for (const recording of doomed) {
      await waitUntil(
        () => recording.errors.length > 0,
        () => `an error expected, got ${recording.describe()}`,
        deletionTimeoutMs,
      );
      const [error] = recording.errors;
      assertError(/** @type {{ type: string }} */ (error), "NOT_FOUND_ERROR", "CacheNotFoundError");
      assert.equal(recording.isSubscribed, false);
      assert.equal(recording.errors.length, 1);
    }
    assertError(await publisher.publish("doomed", "a", "too late"), "NOT_FOUND_ERROR", "CacheNotFoundError");

    await publish(publisher, defaultCache, "a", "still here");
    await waitForItems(unharmed, 1);
    assert.equal(unharmed.isSubscribed, true);
    assertUndisturbed(unharmed);
    unharmed.unsubscribe();
  });

  test("a cache created again after its deletion starts empty", async () => {
    await caches.createCache("phoenix");
    await publish(publisher, "phoenix", "topic", "of the first life");
    await caches.deleteCache("phoenix");
    await caches.createCache("phoenix");
    const recording = await subscribe(createTopicClient(server.port), "phoenix", "topic");
    await publish(publisher, "phoenix", "topic", "of the second life");
    await waitForItems(recording, 1);
    await waitForQuiet(recording);
    assert.deepEqual(recording.values(), ["of the second life"]);
    recording.unsubscribe();
  });

  test("an unsubscribed subscription is told nothing more", async () => {
    const client = createTopicClient(server.port);
    const ended = await subscribe(client, defaultCache, "left");
    const staying = await subscribe(client, defaultCache, "left");
    await publish(publisher, defaultCache, "left", "one");
    await waitForItems(ended, 1);
    ended.unsubscribe();
    await sleep(100);
    await publish(publisher, defaultCache, "left", "two");
    await waitForItems(staying, 2);
    await waitForQuiet(staying);
    assert.deepEqual(ended.values(), ["one"]);
    assert.equal(ended.isSubscribed, false);
    assertUndisturbed(ended);
    staying.unsubscribe();
  });

  test("100 subscriptions share one connection; the client refuses the 101st until one of them is ended", async () => {
    const proxy = await startProxy(server.port);
    const client = createTopicClient(proxy.port, { streams: 1, deadlineMs: noDeadlineMs });
    const recordings = await Promise.all(
      Array.from({ length: 100 }, (_, index) => subscribe(client, defaultCache, `shared-${index % 10}`)),
    );
    const refused = await client.subscribe(defaultCache, "shared-0", {});
    const message = assertError(refused, "CLIENT_RESOURCE_EXHAUSTED", "ClientResourceExhaustedError");
    assert.match(message, /Already at maximum number of subscriptions/);

    recordings.shift()?.unsubscribe();
    await sleep(100);
    recordings.push(await subscribe(client, defaultCache, "shared-0"));

    await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        publish(publisher, defaultCache, `shared-${index}`, `to ${index}`),
      ),
    );
    for (const recording of recordings) {
      await waitForItems(recording, 1);
      assertContiguous(recording, 1, 1);
      assertUndisturbed(recording);
      assert.equal(recording.connectionsLost, 0);
    }
    assert.equal(proxy.totalConnections(), 1);
    for (const recording of recordings) recording.unsubscribe();
    await proxy.close();
  });

  test("1,200 subscriptions come and go on one connection: each ended one gives its stream back", async () => {
    // More in all than a server lets be open at one time (1,000), so that streams which are not given back show. Slowly enough not to
    // look like an attack: a server may end connections that reset streams too fast (CVE-2023-44487).
    const proxy = await startProxy(server.port);
    const client = createTopicClient(proxy.port, { streams: 1, deadlineMs: noDeadlineMs });
    for (let round = 0; round < 12; round += 1) {
      const recordings = await Promise.all(
        Array.from({ length: 100 }, () => subscribe(client, defaultCache, `churn-${round}`)),
      );
      for (const recording of recordings) recording.unsubscribe();
      await sleep(300);
      for (const recording of recordings) assertUndisturbed(recording);
    }
    const last = await subscribe(client, defaultCache, "after the churn");
    await publish(publisher, defaultCache, "after the churn", "still working");
    await waitForItems(last, 1);
    assert.equal(proxy.totalConnections(), 1);
    last.unsubscribe();
    await proxy.close();
  });

  test("2,000 subscriptions over 20 connections get every message, before and after they all restart at 5 s", async () => {
    const proxy = await startProxy(server.port);
    const client = createTopicClient(proxy.port, { streams: 20 });
    const topic = "two thousand";
    const recordings = await Promise.all(
      Array.from({ length: 2_000 }, () => subscribe(client, defaultCache, topic)),
    );
    assert.equal(proxy.totalConnections(), 20);

    await publish(publisher, defaultCache, topic, "before");
    for (const recording of recordings) await waitForItems(recording, 1);
    // The deadline of 5 s, the client's pause of 500 ms, and room for 2,000 streams to be opened again.
    await sleep(7_000);
    await publish(publisher, defaultCache, topic, "after");
    for (const recording of recordings) {
      await waitForItems(recording, 2);
      assert.deepEqual(recording.values(), ["before", "after"]);
      assertContiguous(recording, 1, 2);
      assertUndisturbed(recording);
      recording.unsubscribe();
    }
    assert.equal(proxy.totalConnections(), 20);
    await proxy.close();
  });
});

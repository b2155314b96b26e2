// Caches are created, listed, flushed and deleted with the published client; ping needs no key.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { after, before, describe, test } from "node:test";

import {
  Configurations,
  CacheFlush,
  CreateCacheResponse,
  DeleteCacheResponse,
  ListCachesResponse,
  NoopMomentoLoggerFactory,
} from "@gomomento/sdk";

import { startSubito } from "../harness.mjs";
import {
  assertError,
  closeClients,
  createCacheClient,
  createTopicClient,
  defaultCache,
  publish,
  toLocalCredentials,
} from "./clients.mjs";

describe("control", () => {
  /** @type {import("../harness.mjs").SubitoServer} */
  let server;
  /** @type {import("@gomomento/sdk").CacheClient} */
  let caches;

  before(async () => {
    server = await startSubito();
    caches = await createCacheClient(server.port);
  });
  after(async () => {
    closeClients();
    assert.equal(await server?.stop(), 0);
  });

  async function listCaches() {
    const response = await caches.listCaches();
    assert.equal(response.type, ListCachesResponse.Success, response.toString());
    return /** @type {import("@gomomento/sdk").ListCaches.Success} */ (response).getCaches();
  }

  test("the default cache is there after the first start", async () => {
    const names = (await listCaches()).map((cache) => cache.getName());
    assert.deepEqual(names, [defaultCache]);
  });

  test("a cache is created once, then exists already", async () => {
    const first = await caches.createCache("created-once");
    assert.equal(first.type, CreateCacheResponse.Success, first.toString());
    const second = await caches.createCache("created-once");
    assert.equal(second.type, CreateCacheResponse.AlreadyExists, second.toString());
    const named = (await listCaches()).filter((cache) => cache.getName() === "created-once");
    assert.equal(named.length, 1);
  });

  test("of twenty creations of one name at the same time one succeeds", async () => {
    const responses = await Promise.all(Array.from({ length: 20 }, () => caches.createCache("contended")));
    const count = (/** @type {string} */ type) =>
      responses.filter((response) => response.type === type).length;
    assert.equal(count(CreateCacheResponse.Success), 1, responses.join("\n"));
    assert.equal(count(CreateCacheResponse.AlreadyExists), 19, responses.join("\n"));
  });

  test("a listed cache has its limits", async () => {
    const cache = (await listCaches()).find((candidate) => candidate.getName() === defaultCache);
    assert.ok(cache);
    const limits = { ...cache.getTopicLimits(), ...cache.getCacheLimits() };
    for (const name of [
      "maxPublishRate",
      "maxSubscriptionCount",
      "maxPublishMessageSizeKb",
      "maxTrafficRate",
      "maxThroughputKbps",
      "maxItemSizeKb",
      "maxTtlSeconds",
    ]) {
      // The client turns an absent field into 0.
      assert.ok(
        Number(limits[/** @type {keyof typeof limits} */ (name)]) > 0,
        `${name}: ${JSON.stringify(limits)}`,
      );
    }
  });

  test("a deleted cache is gone, and cannot be deleted again", async () => {
    await caches.createCache("short-lived");
    const first = await caches.deleteCache("short-lived");
    assert.equal(first.type, DeleteCacheResponse.Success, first.toString());
    assert.ok(!(await listCaches()).some((cache) => cache.getName() === "short-lived"));
    const message = assertError(
      await caches.deleteCache("short-lived"),
      "NOT_FOUND_ERROR",
      "CacheNotFoundError",
    );
    assert.match(message, /A cache with the specified name does not exist\./);
  });

  test("a flushed cache stays; one that does not exist cannot be flushed", async () => {
    await caches.createCache("flushed");
    const response = await caches.flushCache("flushed");
    assert.ok(response instanceof CacheFlush.Success, response.toString());
    assert.ok((await listCaches()).some((cache) => cache.getName() === "flushed"));
    assertError(await caches.flushCache("never-created"), "NOT_FOUND_ERROR", "CacheNotFoundError");
  });

  test("a new cache is seen at once by calls on other connections", async () => {
    const topics = createTopicClient(server.port);
    for (let round = 0; round < 20; round += 1) {
      const name = `visible-${round}`;
      await caches.createCache(name);
      await publish(topics, name, "topic", "hello");
    }
  });

  test("cache names may hold any script, up to 255 characters, but no control characters", async () => {
    for (const name of ["Zwischenspeicher mit Ümlaut/und Strich", "キャッシュ-🙂", "x".repeat(255)]) {
      const response = await caches.createCache(name);
      assert.equal(response.type, CreateCacheResponse.Success, response.toString());
      assert.ok(
        (await listCaches()).some((cache) => cache.getName() === name),
        name,
      );
    }
    for (const name of ["x".repeat(256), "with\u0000nul", "with\nline"]) {
      assertError(await caches.createCache(name), "INVALID_ARGUMENT_ERROR", "InvalidArgumentError");
    }
  });

  test("ping answers", async () => {
    // The client's own ping class: CacheClient.ping() of this version sends nothing.
    const require = createRequire(import.meta.url);
    const { InternalNodeGrpcPingClient } = require("@gomomento/sdk/dist/src/internal/ping-client.js");
    const ping = new InternalNodeGrpcPingClient({
      configuration: Configurations.Laptop.latest(new NoopMomentoLoggerFactory()),
      endpoint: `127.0.0.1:${server.port}`,
      credentialProvider: toLocalCredentials(server.port),
    });
    await ping.ping();
  });
});

// Keys: the one that the first start prints opens everything, any other nothing, and none at all only the open local mode.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { CreateCacheResponse, ListCachesResponse } from "@gomomento/sdk";

import { createTemporaryDirectory, removeTemporaryDirectory, startSubito } from "../harness.mjs";
import {
  assertError,
  closeClients,
  createCacheClient,
  createTopicClient,
  defaultCache,
  publish,
  subscribe,
  toKeyCredentials,
  toLocalCredentials,
  waitForItems,
} from "./clients.mjs";

/**
 * The text form in which keys are handed out.
 * @param {string} token
 */
function toApiKey(token) {
  return Buffer.from(JSON.stringify({ endpoint: "127.0.0.1", api_key: token })).toString("base64");
}

/** @param {string} apiKey */
function toToken(apiKey) {
  return String(JSON.parse(Buffer.from(apiKey, "base64").toString("utf8")).api_key);
}

/** @param {string} text */
function changeLastCharacter(text) {
  return text.slice(0, -1) + (text.endsWith("A") ? "B" : "A");
}

/**
 * Every kind of call fails as unauthenticated.
 * @param {number} port
 * @param {import("@gomomento/sdk").CredentialProvider} credentials
 */
async function assertShutOut(port, credentials) {
  const caches = await createCacheClient(port, credentials);
  const topics = createTopicClient(port, { credentials });
  const responses = {
    list: await caches.listCaches(),
    create: await caches.createCache("by-a-stranger"),
    delete: await caches.deleteCache(defaultCache),
    // A stranger is not told whether a cache exists.
    "delete missing": await caches.deleteCache("no-such-cache"),
    flush: await caches.flushCache(defaultCache),
    publish: await topics.publish(defaultCache, "topic", "value"),
    "publish to missing": await topics.publish("no-such-cache", "topic", "value"),
    subscribe: await topics.subscribe(defaultCache, "topic", {}),
    "subscribe to missing": await topics.subscribe("no-such-cache", "topic", {}),
  };
  for (const [name, response] of Object.entries(responses)) {
    const message = assertError(response, "AUTHENTICATION_ERROR", "AuthenticationError");
    assert.match(message, /^Invalid authentication credentials/, name);
  }
}

/**
 * Every kind of call works.
 * @param {number} port
 * @param {import("@gomomento/sdk").CredentialProvider} credentials
 * @param {string} name a cache name of its own
 */
async function assertLetIn(port, credentials, name) {
  const caches = await createCacheClient(port, credentials);
  const topics = createTopicClient(port, { credentials });
  const created = await caches.createCache(name);
  assert.equal(created.type, CreateCacheResponse.Success, created.toString());
  const listed = await caches.listCaches();
  assert.equal(listed.type, ListCachesResponse.Success, listed.toString());
  const recording = await subscribe(topics, name, "topic");
  await publish(topics, name, "topic", "hello");
  await waitForItems(recording, 1);
  assert.equal(recording.items[0]?.value, "hello");
  recording.unsubscribe();
}

for (const mode of ["required", "open"]) {
  describe(`auth ${mode}`, () => {
    /** @type {import("../harness.mjs").SubitoServer} */
    let server;
    /** @type {string} */
    let apiKey;

    before(async () => {
      server = await startSubito({ args: ["--auth", mode] });
      assert.ok(
        server.apiKey,
        `the first start must print a line "API key: <base64>"; it printed:\n${server.stdout()}`,
      );
      apiKey = server.apiKey;
    });
    after(async () => {
      closeClients();
      assert.equal(await server?.stop(), 0);
    });

    test("the printed key opens everything", async () => {
      await assertLetIn(server.port, toKeyCredentials(apiKey, server.port), "by-the-owner");
    });

    test("wrong keys open nothing", async () => {
      const token = toToken(apiKey);
      for (const wrong of [
        "not-a-key",
        "subito_0000000000000000_0000000000000000000000000000000000000000000",
        changeLastCharacter(token),
        token.slice(0, -1),
        `${token}A`,
        token.toUpperCase(),
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJzdHJhbmdlciJ9.c2lnbmF0dXJl",
      ]) {
        await assertShutOut(server.port, toKeyCredentials(toApiKey(wrong), server.port));
      }
    });

    test("a missing key", async () => {
      const credentials = toLocalCredentials(server.port);
      if (mode === "required") await assertShutOut(server.port, credentials);
      else await assertLetIn(server.port, credentials, "by-anyone");
    });

    test("no part of the key is in the log", () => {
      const token = toToken(apiKey);
      assert.ok(!server.stderr().includes(apiKey));
      assert.ok(!server.stderr().includes(token));
      assert.ok(!server.stderr().includes(token.slice(-16)));
    });
  });
}

test("the key outlives a restart, and is not shown again", async () => {
  const dataDir = createTemporaryDirectory();
  const first = await startSubito({ dataDir, args: ["--auth", "required"] });
  const apiKey = first.apiKey;
  assert.ok(apiKey);
  assert.equal(await first.stop(), 0);

  const second = await startSubito({ dataDir, args: ["--auth", "required"] });
  assert.ok(!second.stdout().includes(apiKey));
  assert.ok(!/^\s*API key:/m.test(second.stdout()));
  await assertLetIn(second.port, toKeyCredentials(apiKey, second.port), "after-the-restart");
  closeClients();
  assert.equal(await second.stop(), 0);
  removeTemporaryDirectory(dataDir);
});

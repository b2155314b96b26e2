// Caches and API keys through their core functions, on a catalog in memory.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createAuthenticator } from "../auth/authenticate.js";
import { authorizeManageCaches, authorizeManageKeys } from "../auth/authorize.js";
import { LOCAL_PRINCIPAL } from "../auth/principal.js";
import { ServiceError, type ErrorCode } from "../kernel/errors.js";
import type { ApiKeyRecord, CacheRecord, Catalog } from "../ports/catalog.js";
import { createFakeClock } from "../testing/fake-clock.js";
import { createApiKeys } from "./api-keys.js";
import { createCaches } from "./caches.js";

const CACHES = authorizeManageCaches(LOCAL_PRINCIPAL);
const KEYS = authorizeManageKeys(LOCAL_PRINCIPAL);

function createMemoryCatalog(): Catalog {
  const caches = new Map<string, CacheRecord>();
  const keys = new Map<string, ApiKeyRecord>();
  return {
    createCache(name) {
      if (caches.has(name)) return Promise.resolve("already_exists");
      caches.set(name, { name, createdAtMs: 0 });
      return Promise.resolve("created");
    },
    deleteCache: (name) => Promise.resolve(caches.delete(name) ? "deleted" : "not_found"),
    listCaches: () => [...caches.values()],
    hasCache: (name) => caches.has(name),
    addApiKey: (key) => Promise.resolve(void keys.set(key.id, key)),
    removeApiKey: (id) => Promise.resolve(keys.delete(id) ? "removed" : "not_found"),
    listApiKeys: () => [...keys.values()],
    findApiKey: (id) => keys.get(id),
  };
}

function isRefusal(code: ErrorCode, message: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof ServiceError && error.code === code && message.test(error.message);
}

test("caches: created, listed, flushed, deleted; missing ones are not found", async () => {
  const caches = createCaches(createMemoryCatalog());
  assert.equal(await caches.create(CACHES, "a"), "created");
  assert.equal(await caches.create(CACHES, "a"), "already_exists");
  assert.deepEqual(
    (await caches.list(CACHES)).map((cache) => cache.name),
    ["a"],
  );
  await caches.flush(CACHES, "a");
  assert.equal((await caches.list(CACHES)).length, 1);
  await caches.delete(CACHES, "a");
  await assert.rejects(caches.delete(CACHES, "a"), isRefusal("not_found", /"a"/));
  await assert.rejects(caches.flush(CACHES, "a"), isRefusal("not_found", /"a"/));
});

test("caches: bad names are refused by every call", async () => {
  const caches = createCaches(createMemoryCatalog());
  for (const name of ["", "a\0b", "x".repeat(256)]) {
    for (const call of ["create", "delete", "flush"] as const) {
      await assert.rejects(
        async () => await caches[call](CACHES, name),
        isRefusal("invalid_argument", /cache name/),
      );
    }
  }
});

function setUpKeys() {
  const catalog = createMemoryCatalog();
  const clock = createFakeClock();
  const limits = { rememberedTokensMax: 10, rememberedTokenMs: 1e9, tokenLengthMax: 1000 };
  const authenticator = createAuthenticator({ catalog, clock, mode: "required", limits });
  const apiKeys = createApiKeys({ catalog, clock, onRevoked: (id) => authenticator.forgetKey(id) });
  const authenticate = async (token: string) =>
    await authenticator.authenticate(token, { loopbackHost: false });
  return { clock, apiKeys, authenticate };
}

test("keys: a created key works until it is revoked", async () => {
  const { apiKeys, authenticate } = setUpKeys();
  const { record, token } = await apiKeys.create(KEYS, {
    description: "x".repeat(256),
    expiresAtMs: undefined,
  });
  assert.equal((await authenticate(token)).id, record.id);
  assert.deepEqual(await apiKeys.list(KEYS), [record]);
  await apiKeys.revoke(KEYS, record.id);
  await assert.rejects(authenticate(token), isRefusal("unauthenticated", /not valid/));
  await assert.rejects(apiKeys.revoke(KEYS, record.id), isRefusal("not_found", /API key/));
  assert.deepEqual(await apiKeys.list(KEYS), []);
});

test("keys: expiry and description are checked", async () => {
  const { apiKeys, authenticate, clock } = setUpKeys();
  for (const expiresAtMs of [clock.nowMs(), 0, -1]) {
    await assert.rejects(
      apiKeys.create(KEYS, { description: "", expiresAtMs }),
      isRefusal("invalid_argument", /expired/),
    );
  }
  await assert.rejects(
    apiKeys.create(KEYS, { description: "x".repeat(257), expiresAtMs: undefined }),
    isRefusal("invalid_argument", /at most 256/),
  );
  const { token } = await apiKeys.create(KEYS, { description: "", expiresAtMs: clock.nowMs() + 1000 });
  await authenticate(token);
  clock.advance(1000);
  await assert.rejects(authenticate(token), isRefusal("unauthenticated", /expired/));
});

test("the first key is made when there is none, and only then", async () => {
  const { apiKeys, authenticate } = setUpKeys();
  const first = await apiKeys.createFirst();
  assert.ok(first !== undefined);
  assert.equal((await authenticate(first.token)).id, first.record.id);
  assert.equal(await apiKeys.createFirst(), undefined);
  await apiKeys.revoke(KEYS, first.record.id);
  assert.ok((await apiKeys.createFirst()) !== undefined);
});

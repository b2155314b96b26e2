// Caches and API keys through their core functions, on a catalog in memory.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  authorizeListAccess,
  authorizeListCaches,
  authorizeManageAccess,
  authorizeManageCaches,
} from "../auth/authorize.js";
import { LOCAL_PRINCIPAL } from "../auth/principal.js";
import { ServiceError, type ErrorCode } from "../kernel/errors.js";
import { PEER, createTestAccess } from "../testing/access.js";
import { createMemoryCatalog } from "../testing/memory-catalog.js";
import { createCaches } from "./caches.js";

const CACHES = authorizeManageCaches(LOCAL_PRINCIPAL);
const LIST_CACHES = authorizeListCaches(LOCAL_PRINCIPAL);
const KEYS = authorizeManageAccess(LOCAL_PRINCIPAL);
const LIST = authorizeListAccess(LOCAL_PRINCIPAL);

function isRefusal(code: ErrorCode, message: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof ServiceError && error.code === code && message.test(error.message);
}

test("caches: created, listed, flushed, deleted; missing ones are not found", async () => {
  const caches = createCaches(createMemoryCatalog());
  assert.equal(await caches.create(CACHES, "a"), "created");
  assert.equal(await caches.create(CACHES, "a"), "already_exists");
  assert.deepEqual(
    (await caches.list(LIST_CACHES)).map((cache) => cache.name),
    ["a"],
  );
  await caches.flush(CACHES, "a");
  assert.equal((await caches.list(LIST_CACHES)).length, 1);
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
  const access = createTestAccess();
  const authenticate = async (token: string) => await access.authenticator.authenticate(token, PEER);
  return { ...access, authenticate };
}

const OWNER_KEY = { description: "", roleId: "owner", form: "v1", expiresAtMs: undefined } as const;

for (const form of ["v1", "v2", "legacy"] as const) {
  test(`keys, ${form}: a created key works until it is revoked`, async () => {
    const { apiKeys, authenticate } = setUpKeys();
    const spec = { ...OWNER_KEY, form, description: "x".repeat(256) };
    const { record, token } = await apiKeys.create(KEYS, spec);
    assert.equal((await authenticate(token)).id, record.id);
    assert.deepEqual(await apiKeys.list(LIST), [record]);
    await apiKeys.revoke(KEYS, record.id);
    await assert.rejects(authenticate(token), isRefusal("unauthenticated", /not valid|revoked/));
    await assert.rejects(apiKeys.revoke(KEYS, record.id), isRefusal("not_found", /API key/));
    assert.deepEqual(await apiKeys.list(LIST), []);
  });
}

test("keys: role, expiry and description are checked", async () => {
  const { apiKeys, authenticate, clock } = setUpKeys();
  for (const expiresAtMs of [clock.nowMs(), 0, -1]) {
    await assert.rejects(
      apiKeys.create(KEYS, { ...OWNER_KEY, expiresAtMs }),
      isRefusal("invalid_argument", /expired/),
    );
  }
  await assert.rejects(
    apiKeys.create(KEYS, { ...OWNER_KEY, description: "x".repeat(257) }),
    isRefusal("invalid_argument", /at most 256/),
  );
  await assert.rejects(
    apiKeys.create(KEYS, { ...OWNER_KEY, roleId: "king" }),
    isRefusal("not_found", /"king"/),
  );
  const { token } = await apiKeys.create(KEYS, { ...OWNER_KEY, expiresAtMs: clock.nowMs() + 1000 });
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

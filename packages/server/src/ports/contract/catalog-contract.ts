// What every catalog must do, as tests: an engine's own test file calls this with a way to make one.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ServiceError } from "../../kernel/errors.js";
import type { ApiKeyRecord, Catalog } from "../catalog.js";

/** An empty catalog (but for the cache `default`, where the engine makes one). */
export interface CatalogUnderTest {
  readonly catalog: Catalog;
  /** Ends the catalog and opens what it stored again. */
  reopen(): Promise<Catalog>;
  close(): Promise<void>;
}

export type CreateCatalog = () => Promise<CatalogUnderTest>;

function key(id: string, expiresAtMs?: number): ApiKeyRecord {
  const record = {
    id,
    secretSha256: "ab".repeat(32),
    description: `key ${id} ✓`,
    createdAtMs: 1_700_000_000_000,
  };
  return expiresAtMs === undefined ? record : { ...record, expiresAtMs };
}

async function cacheNames(catalog: Catalog): Promise<string[]> {
  return (await catalog.listCaches()).map((cache) => cache.name).filter((name) => name !== "default");
}

/** Registers the tests under `name`. */
export function catalogContract(name: string, create: CreateCatalog): void {
  const contractTest: ContractTest = (title, body) => {
    void test(`${name}: ${title}`, async () => {
      const under = await create();
      try {
        await body(under);
      } finally {
        await under.close();
      }
    });
  };

  contractTest("caches are created once, listed by name, and deleted once", async ({ catalog }) => {
    for (const cache of ["b", "a", "日本", "a b/c"])
      assert.equal(await catalog.createCache(cache), "created");
    assert.equal(await catalog.createCache("a"), "already_exists");
    assert.deepEqual(await cacheNames(catalog), ["a", "a b/c", "b", "日本"]);
    assert.equal(await catalog.hasCache("b"), true);
    assert.equal(await catalog.deleteCache("b"), "deleted");
    assert.equal(await catalog.deleteCache("b"), "not_found");
    assert.equal(await catalog.hasCache("b"), false);
    assert.equal(await catalog.hasCache("__proto__"), false);
    assert.deepEqual(await cacheNames(catalog), ["a", "a b/c", "日本"]);
  });

  contractTest(
    "keys are added, found, listed in order of creation, and removed once",
    async ({ catalog }) => {
      for (const id of ["k2", "k1", "k3"]) await catalog.addApiKey(key(id));
      await catalog.addApiKey(key("k4", 1_800_000_000_000));
      assert.deepEqual(await catalog.findApiKey("k1"), key("k1"));
      assert.equal(await catalog.findApiKey("none"), undefined);
      await assert.rejects(catalog.addApiKey(key("k1", 5)), (error) => {
        return error instanceof ServiceError && error.code === "already_exists";
      });
      assert.deepEqual(await catalog.findApiKey("k1"), key("k1"));
      assert.equal(await catalog.removeApiKey("k1"), "removed");
      assert.equal(await catalog.removeApiKey("k1"), "not_found");
      assert.deepEqual(await catalog.listApiKeys(), [key("k2"), key("k3"), key("k4", 1_800_000_000_000)]);
    },
  );
  storageTests(contractTest);
}

type ContractTest = (title: string, body: (under: CatalogUnderTest) => Promise<void>) => void;

function storageTests(contractTest: ContractTest): void {
  contractTest("what was acknowledged is there when the catalog is opened again", async (under) => {
    await under.catalog.createCache("kept");
    await under.catalog.createCache("dropped");
    await under.catalog.deleteCache("dropped");
    await under.catalog.addApiKey(key("k1"));
    await under.catalog.addApiKey(key("k2", 1_800_000_000_000));
    const before = await under.catalog.listCaches();
    const again = await under.reopen();
    assert.deepEqual(await again.listCaches(), before);
    assert.deepEqual(await again.listApiKeys(), [key("k1"), key("k2", 1_800_000_000_000)]);
    assert.equal(await again.hasCache("dropped"), false);
  });

  contractTest("concurrent changes are applied one after the other", async (under) => {
    const names = Array.from({ length: 50 }, (_, i) => `cache-${i}`);
    const twice = await Promise.all([...names, ...names].map((cache) => under.catalog.createCache(cache)));
    assert.deepEqual(
      twice.slice(0, 50),
      names.map(() => "created"),
    );
    assert.deepEqual(
      twice.slice(50),
      names.map(() => "already_exists"),
    );
    const mixed = await Promise.all([
      under.catalog.deleteCache("cache-0"),
      under.catalog.createCache("cache-0"),
      under.catalog.createCache("cache-0"),
      under.catalog.deleteCache("cache-1"),
      under.catalog.deleteCache("cache-1"),
    ]);
    assert.deepEqual(mixed, ["deleted", "created", "already_exists", "deleted", "not_found"]);
    const expected = names.filter((cache) => cache !== "cache-1").sort();
    assert.deepEqual(await cacheNames(under.catalog), expected);
    assert.deepEqual(await cacheNames(await under.reopen()), expected);
  });
}

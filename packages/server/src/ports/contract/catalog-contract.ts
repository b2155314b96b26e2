// What every catalog must do, as tests: an engine's own test file calls this with a way to make one.

import assert from "node:assert/strict";
import { test } from "node:test";
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
    access: { roleId: "owner" },
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
      for (const id of ["k2", "k1", "k3"]) await catalog.apiKeys.add(key(id));
      await catalog.apiKeys.add(key("k4", 1_800_000_000_000));
      assert.deepEqual(await catalog.apiKeys.find("k1"), key("k1"));
      assert.equal(await catalog.apiKeys.find("none"), undefined);
      assert.equal(await catalog.apiKeys.add(key("k1", 5)), "already_exists");
      assert.deepEqual(await catalog.apiKeys.find("k1"), key("k1"));
      assert.equal(await catalog.apiKeys.remove("k1"), "removed");
      assert.equal(await catalog.apiKeys.remove("k1"), "not_found");
      assert.deepEqual(await catalog.apiKeys.list(), [key("k2"), key("k3"), key("k4", 1_800_000_000_000)]);
    },
  );
  contractTest(
    "records of every kind are replaced in their place, and only where there are some",
    async (under) => {
      const { roles, signingKeys, revocations } = under.catalog;
      const role = (id: string, name: string) => {
        const rule = { type: "topic", permissions: ["read"], caches: "*", topics: { prefix: "p" } } as const;
        return { id, name, description: "", permissions: { rules: [rule] }, createdAtMs: 1 };
      };
      for (const id of ["r1", "r2"]) assert.equal(await roles.add(role(id, "old")), "added");
      assert.equal(await roles.replace(role("r1", "new")), "replaced");
      assert.equal(await roles.replace(role("r3", "new")), "not_found");
      const signing = {
        id: "s1",
        secret: "s".repeat(43),
        use: "server",
        createdAtMs: 1,
        expiresAtMs: 2,
      } as const;
      await signingKeys.add(signing);
      await revocations.add({ id: "token_id:Zoë", issuedBeforeMs: 3 });
      const again = await under.reopen();
      assert.deepEqual(await again.roles.list(), [role("r1", "new"), role("r2", "old")]);
      assert.deepEqual(await again.signingKeys.list(), [signing]);
      assert.deepEqual(await again.revocations.find("token_id:Zoë"), {
        id: "token_id:Zoë",
        issuedBeforeMs: 3,
      });
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
    await under.catalog.apiKeys.add(key("k1"));
    await under.catalog.apiKeys.add(key("k2", 1_800_000_000_000));
    const before = await under.catalog.listCaches();
    const again = await under.reopen();
    assert.deepEqual(await again.listCaches(), before);
    assert.deepEqual(await again.apiKeys.list(), [key("k1"), key("k2", 1_800_000_000_000)]);
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

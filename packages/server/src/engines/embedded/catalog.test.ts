// The embedded catalog: the contract, group commits, failing disks, crashes at every step, and files that are not to be trusted.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ServiceError } from "../../kernel/errors.js";
import { silentLogger } from "../../kernel/log.js";
import { catalogContract } from "../../ports/contract/catalog-contract.js";
import { createFakeClock } from "../../testing/fake-clock.js";
import { CatalogError } from "./catalog-file.js";
import { startEmbeddedCatalog, type EmbeddedCatalog } from "./catalog.js";
import { MemoryFileSystem, type FileStep } from "../../testing/memory-file-system.js";

const PATH = "/data/catalog.json";
const LIMITS = {
  cachesMax: 100,
  apiKeysMax: 100,
  rolesMax: 100,
  signingKeysMax: 100,
  revocationsMax: 100,
};
const KEY = {
  id: "k1",
  secretSha256: "ab".repeat(32),
  description: "",
  access: { roleId: "owner" },
  createdAtMs: 1,
};

function start(files: MemoryFileSystem, told: string[] = [], limits = LIMITS): Promise<EmbeddedCatalog> {
  return startEmbeddedCatalog({
    dataDir: "/data",
    clock: createFakeClock(1_000_000),
    limits,
    log: silentLogger,
    files,
    onCacheAdded: (name) => void told.push(`+${name}`),
    onCacheRemoved: (name) => void told.push(`-${name}`),
  });
}

function names(catalog: EmbeddedCatalog): string[] {
  return catalog.listCaches().map((cache) => cache.name);
}

function isRefusal(code: string, message: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof ServiceError && error.code === code && message.test(error.message);
}

catalogContract("embedded catalog", async () => {
  const files = new MemoryFileSystem();
  let catalog = await start(files);
  return {
    catalog,
    async reopen() {
      await catalog.close();
      catalog = await start(files);
      return catalog;
    },
    close: () => catalog.close(),
  };
});

test("the first start makes the cache default, and only the first", async () => {
  const files = new MemoryFileSystem();
  const told: string[] = [];
  const catalog = await start(files, told);
  assert.deepEqual(names(catalog), ["default"]);
  assert.deepEqual(told, ["+default"]);
  await catalog.deleteCache("default");
  await catalog.close();
  assert.deepEqual(names(await start(files, told)), []);
  assert.deepEqual(told, ["+default", "-default"]);
});

test("caches are told of at the start, and when they come and go, before the caller knows", async () => {
  const files = new MemoryFileSystem();
  await (await start(files)).createCache("a");
  const told: string[] = [];
  const catalog = await start(files, told);
  assert.deepEqual(told, ["+default", "+a"]);
  await catalog.deleteCache("a").then(() => told.push("deleted"));
  assert.deepEqual(told.slice(2), ["-a", "deleted"]);
  // Within one write: the old cache goes before the new one comes.
  await catalog.createCache("a");
  told.length = 0;
  await Promise.all([catalog.deleteCache("a"), catalog.createCache("a")]);
  assert.deepEqual(told, ["-a", "+a"]);
});

test("a change is synced before it takes the old file's place, and the directory after it", async () => {
  const files = new MemoryFileSystem();
  const catalog = await start(files);
  files.steps.length = 0;
  await catalog.createCache("a");
  assert.deepEqual(files.steps, ["create", "write", "sync", "close", "rename", "syncDirectory"]);
});

test("changes that come together are written together; what changes nothing is not written", async () => {
  const files = new MemoryFileSystem();
  const catalog = await start(files);
  files.steps.length = 0;
  await Promise.all(Array.from({ length: 50 }, (_, i) => catalog.createCache(`cache-${i}`)));
  assert.equal(files.steps.filter((step) => step === "write").length, 1);
  await catalog.createCache("cache-1");
  await catalog.deleteCache("none");
  assert.equal(files.steps.filter((step) => step === "write").length, 1);
});

test("nothing is seen before it is durable", async () => {
  const files = new MemoryFileSystem();
  const catalog = await start(files);
  const created = catalog.createCache("a");
  while (!files.steps.slice(-1).includes("rename")) {
    assert.equal(catalog.hasCache("a"), false);
    await Promise.resolve();
  }
  await created;
  assert.equal(catalog.hasCache("a"), true);
});

test("limits of caches and keys", async () => {
  const catalog = await start(new MemoryFileSystem(), [], {
    ...LIMITS,
    cachesMax: 2,
    apiKeysMax: 1,
  });
  await catalog.createCache("a");
  await assert.rejects(catalog.createCache("b"), isRefusal("resource_exhausted", /caches.*2/));
  assert.equal(await catalog.createCache("a"), "already_exists");
  await catalog.deleteCache("a");
  assert.equal(await catalog.createCache("b"), "created");
  await catalog.apiKeys.add(KEY);
  await assert.rejects(
    catalog.apiKeys.add({ ...KEY, id: "k2" }),
    isRefusal("resource_exhausted", /API keys.*1/),
  );
});

const STEPS: readonly FileStep[] = ["create", "write", "sync", "close", "rename", "syncDirectory"];

for (const [code, expected, message] of [
  ["ENOSPC", "resource_exhausted", /disk is full/],
  ["EDQUOT", "resource_exhausted", /disk is full/],
  ["EACCES", "unavailable", /cannot write/],
  ["EROFS", "unavailable", /cannot write/],
] as const) {
  test(`${code} at any step: the change is refused, everything is as before, and works again later`, async () => {
    for (const failing of STEPS) {
      const files = new MemoryFileSystem();
      const told: string[] = [];
      const catalog = await start(files, told);
      const before = files.contentOf(PATH);
      files.failWith = (step) => (step === failing ? code : undefined);
      const refused = isRefusal(expected, message);
      await Promise.all([
        assert.rejects(catalog.createCache("a"), refused),
        assert.rejects(catalog.apiKeys.add(KEY), refused),
        // Asks for nothing new, so the disk does not matter to it.
        catalog.createCache("default").then((answer) => assert.equal(answer, "already_exists")),
        catalog.deleteCache("none").then((answer) => assert.equal(answer, "not_found")),
      ]);
      assert.deepEqual(
        [names(catalog), catalog.apiKeys.list(), told],
        [["default"], [], ["+default"]],
        failing,
      );
      assert.equal(files.contentOf(PATH), before, failing);
      assert.deepEqual(names(await start(files)), ["default"]);
      files.failWith = () => undefined;
      assert.equal(await catalog.createCache("a"), "created");
      await catalog.apiKeys.add(KEY);
      const again = await start(files);
      assert.deepEqual([names(again), again.apiKeys.list()], [["a", "default"], [KEY]]);
    }
  });
}

test("a crash after any step leaves the old or the new catalog, and never less than was acknowledged", async () => {
  const change = fc.tuple(
    fc.constantFrom("create", "delete"),
    fc.constantFrom("default", "a", "b", "long".repeat(50)),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(change, { minLength: 1, maxLength: 5 }),
      fc.nat(40),
      fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })),
      async (changes, steps, chances) => {
        const files = new MemoryFileSystem();
        files.crashAfter(steps);
        const acknowledged = new Set<string>();
        const intended = new Set<string>();
        const progress = { started: false, done: false };
        const history = (async () => {
          intended.add("default");
          const catalog = await start(files);
          progress.started = true;
          acknowledged.add("default");
          for (const [kind, name] of changes) {
            if (kind === "create") intended.add(name);
            else intended.delete(name);
            await (kind === "create" ? catalog.createCache(name) : catalog.deleteCache(name));
            if (kind === "create") acknowledged.add(name);
            else acknowledged.delete(name);
          }
        })();
        const finished = history.then(() => void (progress.done = true));
        while (!progress.done && !files.crashed) await Promise.resolve();
        if (progress.done) await finished;

        const disk = files.afterCrash(() => chances.next().value as number);
        const found = names(await start(disk));
        const old = progress.started ? [...acknowledged].sort() : ["default"];
        const matches = [old, [...intended].sort()].some(
          (state) => JSON.stringify(state) === JSON.stringify(found),
        );
        assert.ok(
          matches,
          `${JSON.stringify(found)} is neither ${JSON.stringify(old)} nor ${JSON.stringify([...intended])}`,
        );
      },
    ),
    { numRuns: 600 },
  );
});

test("a draft left behind by a crash is ignored and written over", async () => {
  const files = new MemoryFileSystem([[`${PATH}.tmp`, Buffer.from('{"version":1,"cac')]]);
  const catalog = await start(files);
  assert.deepEqual(names(catalog), ["default"]);
  assert.deepEqual(files.paths, [PATH]);
});

const CACHE = { name: "a", createdAtMs: 1 };

function document(fields: object): string {
  const tables = { caches: [], apiKeys: [], roles: [], signingKeys: [], revocations: [] };
  return JSON.stringify({ version: 2, ...tables, ...fields });
}

for (const [what, content, message] of [
  ["empty", "", /it is empty/],
  ["torn", '{"version":1,"caches":[', /not valid JSON/],
  ["zeros", "\0".repeat(100), /not valid JSON/],
  ["not UTF-8", Buffer.from([0x22, 0xff, 0x22]), /not valid JSON/],
  ["a list", "[]", /JSON object/],
  ["null", "null", /JSON object/],
  ["no version", "{}", /"version"/],
  ["newer", document({ version: 3, surprises: [] }), /version 3.*newer/],
  ["a version that is text", document({ version: "1" }), /"version"/],
  ["an unknown field", document({ users: [] }), /unknown field "users"/],
  ["no caches", JSON.stringify({ version: 2, apiKeys: [] }), /"caches" is not a list/],
  ["caches not a list", document({ caches: {} }), /"caches" is not a list/],
  ["a cache that is text", document({ caches: ["a"] }), /entry 0 of "caches" is not an object/],
  ["a cache twice", document({ caches: [CACHE, CACHE] }), /entry 1 of "caches" repeats the name "a"/],
  ["a cache with a bad name", document({ caches: [{ ...CACHE, name: "a\0" }] }), /no valid name/],
  ["a cache without a time", document({ caches: [{ name: "a" }] }), /no valid createdAtMs/],
  ["a cache with more", document({ caches: [{ ...CACHE, ttl: 1 }] }), /unknown field "ttl"/],
  ["a key that is null", document({ apiKeys: [null] }), /entry 0 of "apiKeys" is not an object/],
  ["a key twice", document({ apiKeys: [KEY, KEY] }), /entry 1 of "apiKeys" repeats the id "k1"/],
  ["a key with a bad id", document({ apiKeys: [{ ...KEY, id: "K 1" }] }), /no valid id/],
  [
    "a key with a bad hash",
    document({ apiKeys: [{ ...KEY, secretSha256: "AB".repeat(32) }] }),
    /secretSha256/,
  ],
  ["a key without description", document({ apiKeys: [{ ...KEY, description: 1 }] }), /no description/],
  ["a key with a bad time", document({ apiKeys: [{ ...KEY, createdAtMs: -1 }] }), /createdAtMs/],
  ["a key with a bad expiry", document({ apiKeys: [{ ...KEY, expiresAtMs: "soon" }] }), /expiresAtMs/],
  ["a key with more", document({ apiKeys: [{ ...KEY, role: "" }] }), /unknown field "role"/],
] as const) {
  test(`a catalog that is ${what} is refused, by name, and left alone`, async () => {
    const files = new MemoryFileSystem([[PATH, Buffer.from(content)]]);
    await assert.rejects(start(files), (error) => {
      assert.ok(error instanceof CatalogError);
      assert.equal(error.path, PATH);
      assert.match(error.message, message);
      assert.ok(error.message.includes(PATH));
      assert.match(error.message, /Restore a copy of it, or move it away/);
      return true;
    });
    assert.deepEqual(files.steps, ["read"]);
  });
}

test("a good catalog loads; any flipped byte of it is refused or changes no more than a value", async () => {
  const files = new MemoryFileSystem();
  const catalog = await start(files);
  await catalog.apiKeys.add({ ...KEY, expiresAtMs: 5 });
  const good = Buffer.from(files.contentOf(PATH) ?? "");
  await fc.assert(
    fc.asyncProperty(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
      const bytes = Buffer.from(good);
      bytes[at] = (bytes[at] as number) ^ flip;
      try {
        const loaded = await start(new MemoryFileSystem([[PATH, bytes]]));
        assert.deepEqual([loaded.listCaches().length, loaded.apiKeys.list().length], [1, 1]);
      } catch (error) {
        assert.ok(error instanceof CatalogError, String(error));
      }
    }),
    { numRuns: 500 },
  );
});

for (const [step, message] of [
  ["read", /cannot be read \(EACCES\)/],
  ["create", /cannot be written \(EACCES\)/],
  ["syncDirectory", /cannot be written \(EACCES\)/],
] as const) {
  test(`a disk that fails at ${step} refuses the start by name`, async () => {
    const files = new MemoryFileSystem();
    files.failWith = (one) => (one === step ? "EACCES" : undefined);
    await assert.rejects(start(files), (error) => {
      return error instanceof CatalogError && message.test(error.message) && error.message.includes(PATH);
    });
  });
}

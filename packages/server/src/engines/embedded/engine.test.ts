// The embedded engine on a real directory: modes, what survives, and starts that are refused.

import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { silentLogger } from "../../kernel/log.js";
import { createFakeClock } from "../../testing/fake-clock.js";
import { CatalogError } from "./catalog-file.js";
import { startEmbeddedEngine } from "./engine.js";

const LIMITS = {
  ringItemsMax: 10,
  ringBytesMax: 10_000,
  ringAgeMs: 1000,
  ringBytesTotalMax: 100_000,
  topicsMax: 10,
  topicIdleMs: 1000,
  topicSweepIntervalMs: 100,
  topicSweepStepsMax: 100,
  cachesMax: 10,
  apiKeysMax: 10,
  rolesMax: 10,
  signingKeysMax: 10,
  revocationsMax: 10,
};

async function temporaryDirectory(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "subito-"));
  t.after(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

function start(dataDir: string, clock = createFakeClock()) {
  return startEmbeddedEngine({ dataDir, clock, limits: LIMITS, log: silentLogger });
}

test("a new directory is made for this user only, with a catalog that only this user reads", async (t) => {
  const dataDir = join(await temporaryDirectory(t), "a", "data");
  const engine = await start(dataDir);
  assert.equal((await stat(dataDir)).mode & 0o777, 0o700);
  assert.equal((await stat(join(dataDir, "catalog.json"))).mode & 0o777, 0o600);
  await engine.catalog.createCache("more");
  assert.equal((await stat(join(dataDir, "catalog.json"))).mode & 0o777, 0o600);
  await engine.close();
  assert.deepEqual(await readdir(dataDir), ["catalog.json"]);
});

test("caches and keys survive, topics are live as soon as their cache is created", async (t) => {
  const dataDir = await temporaryDirectory(t);
  const engine = await start(dataDir);
  const value = { kind: "text", value: Buffer.from("x") } as const;
  assert.equal(engine.topics.publish("more", "t", value, ""), "cache_not_found");
  assert.equal(await engine.catalog.createCache("more"), "created");
  assert.notEqual(engine.topics.publish("more", "t", value, ""), "cache_not_found");
  assert.equal(engine.topicStats().topics, 1);
  await engine.close();
  const again = await start(dataDir);
  assert.equal(await again.catalog.hasCache("more"), true);
  assert.notEqual(again.topics.publish("default", "t", value, ""), "cache_not_found");
  assert.notEqual(again.topics.publish("more", "t", value, ""), "cache_not_found");
  await again.close();
});

test("no timer and no lock is left after close, nor after a start that was refused", async (t) => {
  const dataDir = await temporaryDirectory(t);
  const clock = createFakeClock();
  await writeFile(join(dataDir, "catalog.json"), "{");
  for (let i = 0; i < 2; i++) {
    await assert.rejects(start(dataDir, clock), (error) => {
      return error instanceof CatalogError && error.message.includes(join(dataDir, "catalog.json"));
    });
  }
  assert.equal(await readFile(join(dataDir, "catalog.json"), "utf8"), "{");
  await rm(join(dataDir, "catalog.json"));
  const engine = await start(dataDir, clock);
  await assert.rejects(start(dataDir, clock), /in use by another Subito process/);
  await engine.close();
  assert.equal(clock.pendingTimers, 0);
});

test("a data directory that is a file is refused by name", async (t) => {
  const path = join(await temporaryDirectory(t), "file");
  await writeFile(path, "");
  await assert.rejects(start(path), (error) => error instanceof CatalogError && error.message.includes(path));
  await assert.rejects(start(join(path, "below")), (error) => {
    return error instanceof CatalogError && /cannot be made \(ENOTDIR\)/.test(error.message);
  });
});

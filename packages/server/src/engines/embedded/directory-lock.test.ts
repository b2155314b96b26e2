// The lock of a data directory, with real processes: held, given free, left behind by kill -9, and out of reach.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { CatalogError } from "./catalog-file.js";
import { startDirectoryLock } from "./directory-lock.js";

async function temporaryDirectory(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "subito-"));
  t.after(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

function isInUse(directory: string): (error: unknown) => boolean {
  return (error) =>
    error instanceof CatalogError &&
    /in use by another/.test(error.message) &&
    error.message.includes(directory);
}

test("a second lock of one directory is refused until the first is given free", async (t) => {
  const directory = await temporaryDirectory(t);
  const first = await startDirectoryLock(directory);
  await assert.rejects(startDirectoryLock(directory), isInUse(directory));
  await assert.rejects(startDirectoryLock(directory), isInUse(directory));
  await first.close();
  assert.deepEqual(await readdir(directory), []);
  const second = await startDirectoryLock(directory);
  await second.close();
  await second.close();
});

test("a lock whose file was removed or replaced is lost, says so, and leaves the next one's alone", async (t) => {
  const directory = await temporaryDirectory(t);
  const first = await startDirectoryLock(directory);
  await first.demand();
  await rm(join(directory, "lock.sock"));
  const isLost = { name: "CatalogError", message: /lock of the data directory .* is lost/ };
  await assert.rejects(first.demand(), isLost);
  const second = await startDirectoryLock(directory);
  await second.demand();
  await assert.rejects(first.demand(), isLost);
  await first.close();
  await second.demand();
  await assert.rejects(startDirectoryLock(directory), isInUse(directory));
  await second.close();
  assert.deepEqual(await readdir(directory), []);
});

test("of many that come at once, one gets it", async (t) => {
  const directory = await temporaryDirectory(t);
  const results = await Promise.allSettled(Array.from({ length: 10 }, () => startDirectoryLock(directory)));
  const locks = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  assert.equal(locks.length, 1);
  await locks[0]?.close();
});

test("another process holds it; killed with SIGKILL, it leaves a file that stops nobody", async (t) => {
  const directory = await temporaryDirectory(t);
  const url = new URL("./directory-lock.js", import.meta.url).href;
  const script = `import { startDirectoryLock } from ${JSON.stringify(url)};
    await startDirectoryLock(${JSON.stringify(directory)}); process.stdout.write("locked"); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.after(() => child.kill("SIGKILL"));
  await once(child.stdout, "data");
  await assert.rejects(startDirectoryLock(directory), isInUse(directory));
  child.kill("SIGKILL");
  await once(child, "exit");
  assert.deepEqual(await readdir(directory), ["lock.sock"]);
  const lock = await startDirectoryLock(directory);
  assert.deepEqual(await readdir(directory), ["lock.sock"]);
  await assert.rejects(startDirectoryLock(directory), isInUse(directory));
  await lock.close();
});

test("a path that no socket file can have is refused with its length", async (t) => {
  const directory = join(await temporaryDirectory(t), "d".repeat(120));
  await mkdir(directory);
  await assert.rejects(startDirectoryLock(directory), (error) => {
    return (
      error instanceof CatalogError &&
      /too long.*103/.test(error.message) &&
      error.message.includes(directory)
    );
  });
});

test("a directory that is none, or not there, is refused by name", async (t) => {
  const directory = await temporaryDirectory(t);
  const file = join(directory, "file");
  await writeFile(file, "");
  for (const path of [file, join(directory, "none")]) {
    await assert.rejects(startDirectoryLock(path), (error) => {
      return (
        error instanceof CatalogError &&
        /cannot be locked/.test(error.message) &&
        error.message.includes(path)
      );
    });
  }
});

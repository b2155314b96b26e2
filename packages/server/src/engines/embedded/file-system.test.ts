// Directories are made with those above them, and every way in which that fails comes to an end.

import assert from "node:assert/strict";
import { stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { createTestDirectory } from "../../testing/test-directory.js";
import { nodeFileSystem } from "./file-system.js";

test("a directory is made with those above it, once", async (t) => {
  const path = join(await createTestDirectory(t), "a", "b", "c");
  await Promise.all([1, 2, 3].map(() => nodeFileSystem.makeDirectory(path, 0o700)));
  await nodeFileSystem.makeDirectory(path, 0o755);
  assert.equal((await stat(path)).mode & 0o777, 0o700);
  assert.equal((await stat(join(path, ".."))).mode & 0o777, 0o700);
});

test("a file in its place or above it is an error", async (t) => {
  const file = join(await createTestDirectory(t), "file");
  await writeFile(file, "");
  await assert.rejects(nodeFileSystem.makeDirectory(file, 0o700), { code: "EEXIST" });
  await assert.rejects(nodeFileSystem.makeDirectory(join(file, "a", "b"), 0o700), { code: "ENOTDIR" });
});

test("where no directory can be made is an error", { skip: process.platform !== "linux" }, async () => {
  await assert.rejects(nodeFileSystem.makeDirectory("/proc/nope/a", 0o700), { code: "ENOENT" });
});

// A disk that is really full: a small file system of its own, which only root on Linux can mount.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { after, before, describe, test } from "node:test";
import {
  createTemporaryDirectory,
  removeTemporaryDirectory,
  repositoryRoot,
  startSubito,
} from "../harness.mjs";

const command = join(repositoryRoot, "packages", "cli", "bin", "subito.js");
const canMount = process.platform === "linux" && process.getuid?.() === 0;

describe(
  "a full disk",
  { skip: canMount ? false : "mounting a small file system takes root on Linux" },
  () => {
    const disk = createTemporaryDirectory();
    /** @type {Awaited<ReturnType<typeof startSubito>>} */
    let server;

    /** @param {string[]} args */
    const run = (...args) =>
      spawnSync(process.execPath, [command, ...args], {
        encoding: "utf8",
        env: { ...process.env, SUBITO_URL: server.url },
      });

    before(async () => {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=32k", "tmpfs", disk]);
      server = await startSubito({ dataDir: join(disk, "data") });
    });

    after(async () => {
      await server?.kill();
      execFileSync("umount", [disk]);
      removeTemporaryDirectory(disk);
    });

    test("a change is refused and changes nothing, topics go on, and once there is room again changes last", async () => {
      try {
        writeFileSync(join(disk, "fill"), Buffer.alloc(1_000_000));
      } catch {
        // It takes what fits: that is what it is for.
      }
      const refused = run("caches", "create", "more");
      assert.equal(refused.status, 1);
      assert.match(refused.stderr, /disk is full; nothing was changed/);
      assert.equal(run("caches", "list").stdout, "default\n");
      assert.equal(run("publish", "default", "news", "still here").status, 0);

      rmSync(join(disk, "fill"));
      assert.equal(run("caches", "create", "more").status, 0);
      await server.kill();
      server = await startSubito({ dataDir: join(disk, "data") });
      assert.equal(run("caches", "list").stdout, "default\nmore\n");
    });
  },
);

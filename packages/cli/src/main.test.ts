// The command as a whole: what it lists, and that everything in the list explains itself.

import assert from "node:assert/strict";
import { test } from "node:test";
import { runCommand } from "./testing/real-server.js";

test("every command of the list explains itself", async () => {
  const list = await runCommand(["--help"], {});
  assert.equal(list.status, 0);
  const names = [...list.stdout.matchAll(/^ {2}subito ([a-z]+) /gm)].map(([, name = ""]) => name);
  assert.deepEqual(names, ["serve", "publish", "subscribe", "caches", "keys", "tokens", "roles", "cert"]);
  for (const name of names) {
    const { status, stdout, stderr } = await runCommand([name, "--help"], {});
    assert.deepEqual([status, stderr], [0, ""], name);
    assert.ok(stdout.startsWith(`subito ${name} `), name);
    assert.match(stdout, /-h, --help/, name);
  }
});

test("no command, and one that there is not, are usage errors with the list", async () => {
  for (const args of [[], ["key"]]) {
    const { status, stdout, stderr } = await runCommand(args, {});
    assert.equal(status, 2);
    assert.match(stdout + stderr, /subito tokens create/);
  }
});

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

test("it says its version", async () => {
  for (const word of ["--version", "-v", "version"]) {
    const { status, stdout } = await runCommand([word], {});
    assert.equal(status, 0);
    assert.match(stdout, /^subito \d+\.\d+\.\d+\n$/);
  }
});

test("options that there are not, or without their value, are told in short", async () => {
  const wrong: readonly (readonly [args: string[], told: string])[] = [
    [["--bogus"], "There is no option --bogus. A text that begins with a dash goes behind `--`."],
    [["-5"], "There is no option -5. A text that begins with a dash goes behind `--`."],
    [["--url"], "--url takes a value."],
    [["--url", "--help"], "--url takes a value; one that begins with a dash is written --url=VALUE."],
    [["--help=yes"], "--help takes no value."],
  ];
  for (const [args, told] of wrong) {
    const { status, stderr } = await runCommand(["publish", "default", "news", ...args], {});
    assert.equal(status, 2);
    assert.equal(stderr, `subito: ${told}\nSee \`subito publish --help\`.\n`);
  }
});

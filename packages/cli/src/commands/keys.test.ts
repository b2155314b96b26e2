// `subito keys` as users run it, against a real server: forms, roles, expiry, long lists, revoking.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import {
  type RealServer,
  runCommand,
  type Run,
  readClaims,
  readCredential,
  startRealServer,
} from "../testing/real-server.js";
import type { KeyInfo } from "./keys.js";

let server: RealServer;
before(async () => (server = await startRealServer()));
after(() => server.close());

async function listKeys(): Promise<KeyInfo[]> {
  return JSON.parse(await server.print(["keys", "list", "--json"])) as KeyInfo[];
}

async function findKey(description: string): Promise<KeyInfo> {
  const found = (await listKeys()).find((info) => info.description === description);
  return found ?? assert.fail(`no key ${description}`);
}

/** The new key, as it is printed. */
async function createKey(...args: readonly string[]): Promise<string> {
  return (await server.print(["keys", "create", ...args])).trim();
}

function runAs(key: string, ...args: readonly string[]): Promise<Run> {
  return server.run([...args, "--api-key", key]);
}

describe("keys create", () => {
  test("makes an owner's key that never ends, in the form of SDKs", async () => {
    const key = await createKey("plain");
    const { endpoint, api_key: token } = readCredential(key);
    assert.equal(endpoint, new URL(server.url).host);
    assert.match(token, /^subito_/);
    const info = await findKey("plain");
    assert.deepEqual([info.role_id, info.expires_at_epoch_seconds], ["owner", undefined]);
    assert.equal((await runAs(key, "keys", "list")).status, 0);
  });

  test("the key carries what the server says is its endpoint, not where the command has found it", async () => {
    const { host, port } = new URL(server.url);
    const elsewhere = ["keys", "create", "--url", `http://localhost:${port}`];
    const key = (await server.print(elsewhere)).trim();
    assert.equal(readCredential(key).endpoint, host);
    const made = JSON.parse(await server.print([...elsewhere, "--json"])) as Record<string, string>;
    assert.deepEqual(readCredential(made["credential"] ?? ""), {
      endpoint: made["endpoint"],
      api_key: made["api_key"],
    });
    const v2 = await server.run([...elsewhere, "--form", "v2"]);
    assert.ok(v2.stderr.includes(`endpoint ${host}\n`), v2.stderr);
  });

  test("--role gives what the role may, and no more", async () => {
    const viewer = await createKey("a viewer's", "--role", "viewer");
    assert.equal((await runAs(viewer, "keys", "list")).status, 0);
    const denied = await runAs(viewer, "keys", "create");
    assert.equal(denied.status, 1);
    assert.match(denied.stderr, /Insufficient permissions/);
    assert.equal((await runAs(viewer, "publish", "default", "t", "x")).status, 1);
    const unknown = await server.run(["keys", "create", "--role", "nobody"]);
    assert.equal(unknown.status, 1);
    assert.match(unknown.stderr, /There is no role with the id "nobody"/);
  });

  test("--expires is counted from now", async () => {
    const beforeSeconds = Math.floor(Date.now() / 1000);
    await createKey("for a month", "--expires", "30d");
    const { expires_at_epoch_seconds: end = 0, issued_at_epoch_seconds: start } =
      await findKey("for a month");
    assert.ok(start >= beforeSeconds);
    assert.ok(end >= beforeSeconds + 30 * 86_400 && end <= Math.ceil(Date.now() / 1000) + 30 * 86_400);
  });

  test("--form v2 and legacy are JSON Web Tokens that the server takes", async () => {
    const v2 = await server.run(["keys", "create", "second", "--form", "v2"]);
    assert.equal(v2.status, 0, v2.stderr);
    assert.equal(readClaims(v2.stdout.trim())["t"], "g");
    assert.ok(v2.stderr.includes(`endpoint ${new URL(server.url).host}\n`), v2.stderr);
    const legacy = await createKey("third", "--form", "legacy");
    const { c, cp } = readClaims(legacy);
    assert.ok(String(c).startsWith("cache.") && String(cp).startsWith("control."));
    for (const key of [v2.stdout.trim(), legacy]) {
      assert.equal((await runAs(key, "publish", "default", "t", "x")).status, 0);
    }
  });

  test("--json prints the whole answer", async () => {
    const answer = JSON.parse(await createKey("as JSON", "--json")) as { api_key: string; key_info: KeyInfo };
    assert.deepEqual(answer.key_info, await findKey("as JSON"));
    assert.equal((await runAs(answer.api_key, "keys", "list")).status, 0);
  });
});

test("keys list is a table under a header, and pages through more than a hundred", async () => {
  const headers = { authorization: server.apiKey };
  for (let i = 0; i < 101; i++) {
    const body = JSON.stringify({ role_id: "operator", description: `of many ${i}`, expiry: "never" });
    assert.equal((await fetch(`${server.url}/api-keys`, { method: "POST", headers, body })).status, 200);
  }
  const infos = await listKeys();
  const many = infos
    .filter(({ description }) => description.startsWith("of many "))
    .map((one) => one.description);
  assert.deepEqual(
    many,
    Array.from({ length: 101 }, (_, i) => `of many ${i}`),
  );
  const [header = "", ...lines] = (await server.print(["keys", "list"])).trimEnd().split("\n");
  assert.deepEqual(header.split(/ +/), ["id", "role", "made", "expires", "description"]);
  assert.equal(lines.length, infos.length);
  assert.match(lines[0] ?? "", /^[0-9a-z]+ +owner +\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ +never +first key$/);
});

test("a description cannot act on the terminal", async () => {
  await createKey("\u001b[2Jgone");
  const table = await server.print(["keys", "list"]);
  assert.ok(!table.includes("\u001b") && table.includes("\\u001b[2Jgone"));
});

test("keys revoke takes effect at once, on tokens made with the key too", async () => {
  const key = await createKey("to be revoked");
  const made = await runAs(key, "tokens", "create", "--publish", "default/t", "--expires", "10m");
  const token = made.stdout.trim();
  assert.equal((await runAs(token, "publish", "default", "t", "x")).status, 0);
  const { key_id: id } = await findKey("to be revoked");
  assert.equal(await server.print(["keys", "revoke", id]), "");
  for (const revoked of [key, token]) {
    assert.equal((await runAs(revoked, "publish", "default", "t", "x")).status, 1);
  }
  const again = await server.run(["keys", "revoke", id]);
  assert.equal(again.status, 1);
  assert.match(again.stderr, /There is no API key with this id/);
});

test("a wrong command line is a usage error, and makes no key", async () => {
  const count = (await listKeys()).length;
  for (const args of [
    [],
    ["make"],
    ["create", "--form", "v3"],
    ["create", "--expires", "tomorrow"],
    ["create", "one", "two"],
    ["create", "--name", "x"],
    ["list", "--role", "owner"],
    ["list", "x"],
    ["revoke"],
    ["toString"],
  ]) {
    const { status, stdout, stderr } = await server.run(["keys", ...args]);
    assert.equal(status, 2, args.join(" "));
    assert.equal(stdout, "");
    assert.match(stderr, /^subito: /);
  }
  assert.equal((await listKeys()).length, count);
});

test("without a key, and without a server, it is said what to do", async () => {
  const refused = await runCommand(["keys", "list"], { SUBITO_URL: server.url });
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /--api-key or SUBITO_API_KEY/);
  const nowhere = await server.run(["keys", "list", "--url", "http://127.0.0.1:1"]);
  assert.equal(nowhere.status, 1);
  assert.match(nowhere.stderr, /cannot be reached/);
});

test("a key with a line end is taken; what is no key at all is refused, and not shown", async () => {
  assert.equal((await runAs(`${server.apiKey}\n`, "keys", "list")).status, 0);
  for (const command of [
    ["keys", "list"],
    ["caches", "list"],
  ]) {
    const { status, stderr } = await runAs(`a line of a log\n${server.apiKey}`, ...command);
    assert.equal(status, 2);
    assert.match(stderr, /no API key/);
    assert.ok(!stderr.includes(server.apiKey));
  }
});

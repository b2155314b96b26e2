// `subito tokens` as users run it, against a real server: what a token may do, how long, and revoking.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import {
  type RealServer,
  type Run,
  readClaims,
  readCredential,
  startRealServer,
} from "../testing/real-server.js";

const command = fileURLToPath(new URL("../../bin/subito.js", import.meta.url));

let server: RealServer;
before(async () => (server = await startRealServer()));
after(() => server.close());

interface Answer {
  readonly token: string;
  readonly endpoint: string;
  readonly credential: string;
  readonly expires_at_epoch_seconds: number;
}

async function createToken(...args: readonly string[]): Promise<string> {
  return (await server.print(["tokens", "create", "--expires", "10m", ...args])).trim();
}

function runAs(key: string, ...args: readonly string[]): Promise<Run> {
  return server.run([...args, "--api-key", key]);
}

/** Whether the holder of `key` may publish there. */
async function mayPublish(key: string, cache: string, topic: string): Promise<boolean> {
  const { status, stderr } = await runAs(key, "publish", cache, topic, "x");
  if (status === 0) return true;
  assert.match(stderr, /Insufficient permissions|revoked/);
  return false;
}

/** Whether the holder of `key` may subscribe there: by a long poll, which is answered with the item that was just published. */
async function maySubscribe(key: string, cache: string, topic: string): Promise<boolean> {
  const url = `${server.url}/topics/${encodeURIComponent(cache)}/${encodeURIComponent(topic)}`;
  const published = await fetch(url, {
    method: "POST",
    headers: { authorization: server.apiKey },
    body: "x",
  });
  assert.equal(published.status, 204);
  const { status } = await fetch(url, { headers: { authorization: key } });
  assert.ok(status === 200 || status === 403, String(status));
  return status === 200;
}

describe("tokens create", () => {
  test("what is printed is what SDKs take, and may do what was said and nothing else", async () => {
    const token = await createToken("--publish", "default/a/b", "--subscribe", "default/room-*");
    assert.equal(readCredential(token).endpoint, new URL(server.url).host);
    assert.equal(await mayPublish(token, "default", "a/b"), true);
    assert.equal(await mayPublish(token, "default", "a"), false);
    assert.equal(await mayPublish(token, "default", "room-1"), false);
    assert.equal(await maySubscribe(token, "default", "room-1"), true);
    assert.equal(await maySubscribe(token, "default", "room"), false);
    assert.equal(await maySubscribe(token, "default", "a/b"), false);
    assert.equal((await runAs(token, "keys", "list")).status, 1);
  });

  test("a cache with a slash in its name, and stars", async () => {
    await server.print(["caches", "create", "a/b"]);
    const oneCache = await createToken("--publish", "a%2Fb/*");
    assert.equal(await mayPublish(oneCache, "a/b", "t"), true);
    assert.equal(await mayPublish(oneCache, "default", "t"), false);
    const oneTopic = await createToken("--publish", "*/t");
    assert.equal(await mayPublish(oneTopic, "default", "t"), true);
    assert.equal(await mayPublish(oneTopic, "default", "u"), false);
    assert.equal(await mayPublish(await createToken("--publish", "*/*"), "default", "u"), true);
  });

  test("--json prints the whole answer; a topic that is named twice is one rule", async () => {
    const beforeSeconds = Math.floor(Date.now() / 1000);
    const args = ["--publish", "default/t", "--subscribe", "default/t", "--id", "alice", "--json"];
    const answer = JSON.parse(await createToken(...args)) as Answer;
    const { permissions, token_id: id } = readClaims(answer.token);
    const topics = { caches: { name: "default" }, topics: { name: "t" } };
    assert.deepEqual(permissions, { rules: [{ type: "topic", permissions: ["write", "read"], ...topics }] });
    assert.equal(id, "alice");
    assert.deepEqual(readCredential(answer.credential), { endpoint: answer.endpoint, api_key: answer.token });
    const end = answer.expires_at_epoch_seconds;
    assert.ok(end >= beforeSeconds + 600 && end <= Date.now() / 1000 + 600);
  });

  test("--role makes a session, which may what the role may", async () => {
    const session = await createToken("--role", "viewer");
    assert.equal(readClaims(readCredential(session).api_key)["role_id"], "viewer");
    assert.equal((await runAs(session, "keys", "list")).status, 0);
    assert.equal((await runAs(session, "keys", "create")).status, 1);
  });

  test("the server's refusals are told", async () => {
    const long = await server.run(["tokens", "create", "--publish", "default/t", "--expires", "26h"]);
    assert.equal(long.status, 1);
    assert.match(long.stderr, /1 to 90000 seconds/);
    const denied = await runAs(
      await createToken("--publish", "default/t"),
      ...["tokens", "create", "--publish", "default/t", "--expires", "1m"],
    );
    assert.equal(denied.status, 1);
    assert.match(denied.stderr, /Insufficient permissions/);
  });
});

describe("tokens revoke", () => {
  test("--id revokes the tokens of that name, which the list shows", async () => {
    const bob = await createToken("--publish", "default/t", "--id", "bob");
    const eve = await createToken("--publish", "default/t", "--id", "eve");
    assert.equal(await server.print(["tokens", "revoke", "--id", "bob"]), "");
    assert.equal(await mayPublish(bob, "default", "t"), false);
    assert.equal(await mayPublish(eve, "default", "t"), true);
    const table = await server.print(["tokens", "revocations"]);
    assert.match(table, /^revoked +issued before\n(?:.*\n)*token_id:bob +\d{4}-\d\d-\d\dT[\d:.]+Z\n/);
    const list = JSON.parse(await server.print(["tokens", "revocations", "--json"])) as { revoked: string }[];
    assert.ok(list.some(({ revoked }) => revoked === "token_id:bob"));
  });

  test("a subscription of a revoked token ends with its reason", async () => {
    const token = await createToken("--subscribe", "default/live", "--id", "carol");
    const args = [command, "subscribe", "default", "live", "--url", server.url, "--api-key", token];
    const subscriber = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"] });
    const exited = once(subscriber, "exit");
    let told = "";
    const subscribed = new Promise<void>((resolve) => {
      subscriber.stderr.setEncoding("utf8").on("data", (text: string) => {
        told += text;
        if (told.includes("subscribed to live")) resolve();
      });
    });
    await Promise.race([subscribed, exited]);
    assert.equal(subscriber.exitCode, null, told);
    await server.print(["tokens", "revoke", "--id", "carol"]);
    assert.deepEqual(await exited, [1, null]);
    assert.match(told, /The key or token was revoked/);
  });

  test("--key revokes what was made with the key, and leaves the key", async () => {
    const args = ["keys", "create", "back end", "--json"];
    const key = JSON.parse(await server.print(args)) as { api_key: string; key_info: { key_id: string } };
    const create = ["tokens", "create", "--publish", "default/t", "--expires", "1m"];
    const token = (await runAs(key.api_key, ...create)).stdout.trim();
    assert.equal(await mayPublish(token, "default", "t"), true);
    await server.print(["tokens", "revoke", "--key", key.key_info.key_id]);
    assert.equal(await mayPublish(token, "default", "t"), false);
    assert.equal(await mayPublish(key.api_key, "default", "t"), true);
  });

  test("--issued-before revokes what is older, and spares what is younger", async () => {
    const made = JSON.parse(await createToken("--publish", "default/t", "--json")) as Answer;
    const issuedAtMs = Math.round(Number(readClaims(made.token)["iat"]) * 1000);
    const at = (ms: number): string => new Date(ms).toISOString();
    await server.print(["tokens", "revoke", "--issued-before", at(issuedAtMs)]);
    assert.equal(await mayPublish(made.token, "default", "t"), true);
    await server.print(["tokens", "revoke", "--issued-before", at(issuedAtMs + 1)]);
    assert.equal(await mayPublish(made.token, "default", "t"), false);
    assert.match(await server.print(["tokens", "revocations"]), /^all +\d{4}-/m);
  });

  test("--api-keys is refused when the caller's own key is as old", async () => {
    const now = new Date().toISOString();
    const { status, stderr } = await server.run(["tokens", "revoke", "--issued-before", now, "--api-keys"]);
    assert.equal(status, 1);
    assert.match(stderr, /make a new one first/);
    assert.equal(await mayPublish(server.apiKey, "default", "t"), true);
  });

  test("--api-keys revokes the keys that are older than the caller's own", async (t) => {
    const other = await startRealServer();
    t.after(() => other.close());
    const now = new Date().toISOString();
    const key = (await other.print(["keys", "create", "new"])).trim();
    await other.print(["tokens", "revoke", "--issued-before", now, "--api-keys", "--api-key", key]);
    assert.equal((await other.run(["keys", "list"])).status, 1);
    const left = JSON.parse(await other.print(["keys", "list", "--json", "--api-key", key])) as object[];
    assert.equal(left.length, 1);
  });

  test("a moment in the future is refused", async () => {
    const { status, stderr } = await server.run(["tokens", "revoke", "--issued-before", "2100-01-01"]);
    assert.equal(status, 1);
    assert.match(stderr, /in the past/);
  });
});

test("a wrong command line is a usage error that says what is missing", async () => {
  for (const [line, reason] of [
    ["", /create, revoke or revocations/],
    ["create --expires 10m", /--publish, --subscribe or --role/],
    ["create --publish default/t", /needs --expires/],
    ["create --publish default/t --expires never", /like 90s/],
    ["create --publish default --expires 10m", /CACHE\/TOPIC/],
    ["create --role viewer --publish default/t --expires 10m", /takes the place of/],
    ["create --role viewer --id x --expires 10m", /takes the place of/],
    ["create --publish default/t --expires 10m --id=", /--id takes a name/],
    ["create default/t --expires 10m", /one argument too many/],
    ["create --publish default/t --expires 10m --key x", /does not take --key/],
    ["revoke", /--id, --key or --issued-before/],
    ["revoke alice", /one argument too many/],
    ["revoke --id a --key b", /not both/],
    ["revoke --id a --api-keys", /--issued-before alone/],
    ["revoke --api-keys", /--id, --key or --issued-before/],
    ["revoke --issued-before yesterday", /2026-11-25T10:00:00Z/],
    ["revocations --id a", /does not take --id/],
  ] as const) {
    const { status, stderr } = await server.run(["tokens", ...line.split(" ").filter((word) => word !== "")]);
    assert.equal(status, 2, line);
    assert.match(stderr, reason, line);
  }
});

// The life of an API key over the wire: made, used, listed, revoked, kept over a restart; and nothing without one where it is needed.

import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { _GenerateGlobalApiKeyRequestSchema } from "@subito/wire/globaladmin";
import { _GenerateDisposableTokenRequestSchema } from "@subito/wire/token";
import { systemClock } from "../kernel/clock.js";
import { callGrpc, publishGrpc, toBody } from "../testing/grpc-client.js";
import { type TestServer, askHttp, openHttp2, startTestServer } from "../testing/running-server.js";
import { createTestDirectory } from "../testing/test-directory.js";

const INVALID_ARGUMENT = 3;
const UNAUTHENTICATED = 16;
const place = { cacheName: "default", topic: "t" };

interface MadeKey {
  readonly token: string;
  readonly id: string;
}

function startRequired(t: TestContext, dataDir: string): Promise<TestServer> {
  return startTestServer(t, { flags: { auth: "required", "data-dir": dataDir } });
}

async function makeKey(
  server: TestServer,
  authorization: string,
  expiry: unknown = "never",
  form = "v2",
): Promise<MadeKey> {
  const body = JSON.stringify({ role_id: "owner", description: "for a test", expiry, form });
  const answer = await askHttp(server, "/api-keys", { body, headers: { authorization } });
  assert.equal(answer.status, 200, answer.text);
  const { api_key: token, key_info: info } = answer.json as { api_key: string; key_info: { key_id: string } };
  return { token, id: info.key_id };
}

async function publishStatus(t: TestContext, server: TestServer, authorization: string): Promise<number[]> {
  const over1 = await askHttp(server, "/topics/default/t", { body: "x", headers: { authorization } });
  const inQuery = await askHttp(server, `/topics/default/t?token=${encodeURIComponent(authorization)}`, {
    body: "x",
  });
  const grpc = await publishGrpc(openHttp2(t, server), place, "x", { authorization });
  return [over1.status, inQuery.status, grpc.status ?? -1];
}

const GOOD = [204, 204, 0];
const REFUSED = [401, 401, UNAUTHENTICATED];

test("a key that was made works at once, everywhere, and after a restart", async (t) => {
  const dataDir = await createTestDirectory(t);
  const server = await startRequired(t, dataDir);
  const first = server.firstApiKey ?? "";
  assert.deepEqual(await publishStatus(t, server, first), GOOD);
  const { token } = await makeKey(server, first);
  assert.deepEqual(await publishStatus(t, server, token), GOOD);
  await server.close();
  const again = await startRequired(t, dataDir);
  assert.equal(again.firstApiKey, undefined);
  assert.deepEqual(await publishStatus(t, again, token), GOOD);
  assert.deepEqual(await publishStatus(t, again, first), GOOD);
});

test("a revoked key is refused at once, and after a restart", async (t) => {
  const dataDir = await createTestDirectory(t);
  const server = await startRequired(t, dataDir);
  const authorization = server.firstApiKey ?? "";
  const { token, id } = await makeKey(server, authorization);
  assert.deepEqual(await publishStatus(t, server, token), GOOD);
  const revoked = await askHttp(server, `/api-keys/${id}`, { method: "DELETE", headers: { authorization } });
  assert.deepEqual([revoked.status, revoked.text], [200, "{}"]);
  assert.deepEqual(await publishStatus(t, server, token), REFUSED);
  const twice = await askHttp(server, `/api-keys/${id}`, { method: "DELETE", headers: { authorization } });
  assert.equal(twice.status, 404);
  await server.close();
  assert.deepEqual(await publishStatus(t, await startRequired(t, dataDir), token), REFUSED);
});

test("a key works until it expires, and not after; one for the past is not made", async (t) => {
  let aheadMs = 0;
  const clock = { ...systemClock, nowMs: () => systemClock.nowMs() + aheadMs };
  const server = await startTestServer(t, { flags: { auth: "required" }, overrides: { clock } });
  const authorization = server.firstApiKey ?? "";
  const { token } = await makeKey(server, authorization, Math.floor(clock.nowMs() / 1000) + 1000);
  assert.deepEqual(await publishStatus(t, server, token), GOOD);
  aheadMs = 1_001_000;
  assert.deepEqual(await publishStatus(t, server, token), REFUSED);
  const body = JSON.stringify({ role_id: "owner", description: "", expiry: 1 });
  assert.equal((await askHttp(server, "/api-keys", { body, headers: { authorization } })).status, 400);
});

test("without a key nothing is had, whoever asks", async (t) => {
  const server = await startRequired(t, await createTestDirectory(t));
  assert.equal((await askHttp(server, "/topics/default/t", { body: "x" })).status, 401);
  assert.equal((await askHttp(server, "/topics/default/t")).status, 401);
  for (const ask of [{}, { body: "{}" }]) assert.equal((await askHttp(server, "/api-keys", ask)).status, 401);
  assert.equal((await askHttp(server, "/api-keys/x", { method: "DELETE" })).status, 401);
  assert.equal((await publishGrpc(openHttp2(t, server), place, "x")).status, UNAUTHENTICATED);
  assert.deepEqual(await publishStatus(t, server, "subito_0000000000000000_x"), REFUSED);
});

test("a token in two places is refused", async (t) => {
  const server = await startRequired(t, await createTestDirectory(t));
  const authorization = server.firstApiKey ?? "";
  const path = `/topics/default/t?token=${encodeURIComponent(authorization)}`;
  assert.equal((await askHttp(server, path, { body: "x", headers: { authorization } })).status, 400);
});

for (const form of ["v1", "v2", "legacy"]) {
  test(`a list of keys tells no token, and the catalog holds none either: ${form}`, async (t) => {
    const dataDir = await createTestDirectory(t);
    const server = await startRequired(t, dataDir);
    const authorization = server.firstApiKey ?? "";
    const { token, id } = await makeKey(server, authorization, "never", form);
    // A key's secret, or the half of a signature: 20 characters and more of what nobody can guess.
    const secret = token.slice(-20);
    const list = await askHttp(server, "/api-keys", { headers: { authorization } });
    const infos = list.json["key_info"] as { key_id: string; description: string }[];
    assert.equal(infos.length, 2);
    assert.equal(infos.find((info) => info.key_id === id)?.description, "for a test");
    assert.ok(!list.text.includes(secret));
    assert.ok(!(await readFile(join(dataDir, "catalog.json"), "utf8")).includes(secret));
  });
}

test("a request for a key that is wrong is told what is", async (t) => {
  const server = await startTestServer(t);
  const good = { role_id: "owner", description: "", expiry: "never" };
  const cases: readonly [body: string, status: number][] = [
    ["", 400],
    ["no json", 400],
    ["[]", 400],
    ["null", 400],
    ["{}", 400],
    [JSON.stringify({ ...good, role_id: undefined }), 400],
    [JSON.stringify({ ...good, description: 7 }), 400],
    [JSON.stringify({ ...good, role_id: "emperor" }), 404],
    ...[undefined, "soon", -1, 0, 1.5, 1e300, null].map((expiry): [string, number] => [
      JSON.stringify({ ...good, expiry }),
      400,
    ]),
  ];
  for (const [body, status] of cases) {
    const answer = await askHttp(server, "/api-keys", { method: "POST", body });
    assert.equal(answer.status, status, body);
    assert.equal(typeof answer.json["message"], "string");
  }
  const list = await askHttp(server, "/api-keys");
  assert.equal((list.json["key_info"] as unknown[]).length, 1);
});

test("a start that fails makes no key; the next one does, and shows it", async (t) => {
  const dataDir = await createTestDirectory(t);
  const busy = await startTestServer(t);
  const flags = { auth: "required", "data-dir": dataDir, port: String(busy.port) };
  await assert.rejects(startTestServer(t, { flags }), /EADDRINUSE/);
  const server = await startRequired(t, dataDir);
  assert.deepEqual(await publishStatus(t, server, server.firstApiKey ?? ""), GOOD);
});

const RULES = { rules: [{ type: "topic", permissions: ["read"], caches: "*", topics: "*" }] };

test("a request that says two things, or something unknown, is refused as a whole", async (t) => {
  const server = await startTestServer(t);
  for (const [path, body] of [
    ["/tokens", { expires_in_seconds: 60, role_id: "owner", permissions: RULES }],
    ["/tokens", { expires_in_seconds: 60, role_id: "owner", token_id: "a" }],
    ["/tokens", { expires_in_seconds: 60, permissions: RULES, tokenId: "a" }],
    ["/revocations", { token_id: "a", issued_by_key: "b" }],
    ["/revocations", { issued_before_epoch_seconds: 1, api_keys: "yes" }],
    ["/revocations", { token_id: "a", api_keys: true }],
    ["/revocations", {}],
    ["/roles", { role_name: "r", permissions: RULES, conditions: [] }],
    [
      "/roles",
      { role_name: "r", permissions: { ...RULES, conditions: [{ ip_filter: { allowed_cidr_ranges: [] } }] } },
    ],
    ["/api-keys", { role_id: "owner", description: "", expiry: "never", expires_in_seconds: 60 }],
  ] as const) {
    const answer = await askHttp(server, path, { body: JSON.stringify(body) });
    assert.equal(answer.status, 400, `${path} ${JSON.stringify(body)}: ${answer.text}`);
  }
  const { json } = await askHttp(server, "/revocations");
  assert.deepEqual(json, { revocations: [] });
});

test("a token behind a scheme is refused with a word about it", async (t) => {
  const server = await startTestServer(t, { flags: { auth: "required" } });
  const headers = { authorization: `Bearer ${server.firstApiKey}` };
  const answer = await askHttp(server, "/api-keys", { headers });
  assert.equal(answer.status, 401);
  assert.match(answer.text, /without a scheme/);
});

const GENERATE_GLOBAL = "/global_admin.GlobalAdmin/GenerateGlobalApiKey";
const LAST_SECOND = 253_402_300_799;

test("a key that expires after the year 9999, or in milliseconds, is refused over HTTP and gRPC", async (t) => {
  const server = await startTestServer(t);
  const session = openHttp2(t, server);
  const byHttp = async (expiry: number): Promise<[boolean, string]> => {
    const body = JSON.stringify({ role_id: "owner", description: "", expiry });
    const { status, text } = await askHttp(server, "/api-keys", { body });
    return [status === 200, text];
  };
  const byGrpc = async (expiry: number): Promise<[boolean, string]> => {
    const value = { expirationEpochSeconds: BigInt(expiry) };
    const request = { roleId: "owner", description: "", expiry: { case: "expires", value } as const };
    const body = toBody(_GenerateGlobalApiKeyRequestSchema, request);
    const { status, message } = await callGrpc(session, GENERATE_GLOBAL, body);
    assert.ok(status === 0 || status === INVALID_ARGUMENT, String(status));
    return [status === 0, message];
  };
  for (const ask of [byHttp, byGrpc]) {
    for (const expiry of [LAST_SECOND + 1, 1_827_000_000_000, 9_000_000_000_000, Number.MAX_SAFE_INTEGER]) {
      const [isMade, text] = await ask(expiry);
      assert.equal(isMade, false, String(expiry));
      assert.match(text, /in seconds since 1970.*Milliseconds/);
    }
    assert.equal((await ask(LAST_SECOND))[0], true);
  }
  const body = JSON.stringify({ issued_before_epoch_seconds: 1_827_000_000_000 });
  const revocation = await askHttp(server, "/revocations", { body });
  assert.equal(revocation.status, 400);
  assert.match(revocation.text, /issued_before_epoch_seconds.*Milliseconds/);
});

test("a catalog that holds a key for ever and a day is loaded, listed and obeyed", async (t) => {
  const dataDir = await createTestDirectory(t);
  const server = await startRequired(t, dataDir);
  const authorization = server.firstApiKey ?? "";
  const { token, id } = await makeKey(server, authorization, LAST_SECOND, "v1");
  await server.close();
  const path = join(dataDir, "catalog.json");
  const catalog = await readFile(path, "utf8");
  const before = `"expiresAtMs": ${LAST_SECOND * 1000}`;
  assert.ok(catalog.includes(before));
  await writeFile(path, catalog.replace(before, '"expiresAtMs": 9000000000000000'));
  const again = await startRequired(t, dataDir);
  assert.deepEqual(await publishStatus(t, again, token), GOOD);
  const { json } = await askHttp(again, "/api-keys", { headers: { authorization } });
  const infos = json["key_info"] as { key_id: string; expires_at_epoch_seconds?: number }[];
  const found = infos.find((info) => info.key_id === id);
  assert.equal(found?.expires_at_epoch_seconds, 9_000_000_000_000);
});

test("POST /tokens says which of its fields do not go together, and all that it knows", async (t) => {
  const server = await startTestServer(t);
  const rows: readonly [fields: object, message: RegExp][] = [
    [{ role_id: "owner", permissions: RULES }, /Give role_id or permissions, not both/],
    [{ role_id: "owner", token_id: "a" }, /Give role_id or token_id, not both/],
    [
      { permissions: RULES, tokenid: "a" },
      /no field \\"tokenid\\" here; known are expires_in_seconds, permissions, token_id, role_id/,
    ],
    [{ roleId: "owner" }, /no field \\"roleId\\" here; known are .*role_id/],
    [{ permissions: RULES, token_id: "" }, /token_id is empty/],
  ];
  for (const [fields, message] of rows) {
    const body = JSON.stringify({ expires_in_seconds: 60, ...fields });
    const { status, text } = await askHttp(server, "/tokens", { body });
    assert.equal(status, 400, body);
    assert.match(text, message);
  }
});

test("over gRPC, where an empty token id is what proto3 makes of none, it is none", async (t) => {
  const session = openHttp2(t, await startTestServer(t));
  const topic = { role: 2, cache: { case: "allCaches", value: {} }, topic: { case: "allTopics", value: {} } };
  const rule = { kind: { case: "topicPermissions", value: topic } } as const;
  const permissions = { kind: { case: "explicit", value: { permissions: [rule] } } } as never;
  const request = { expires: { validForSeconds: 60 }, tokenId: "", permissions };
  const body = toBody(_GenerateDisposableTokenRequestSchema, request);
  const { status, message } = await callGrpc(session, "/token.Token/GenerateDisposableToken", body);
  assert.equal(status, 0, message);
});

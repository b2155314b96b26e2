// The open local mode: programs on this machine need no key, and a web page of a stranger gets nowhere.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createCacheGrpc, listCachesGrpc, publishGrpc, subscribeGrpc } from "../testing/grpc-client.js";
import { askHttp, askHttp2, openHttp2, startTestServer } from "../testing/running-server.js";

const PERMISSION_DENIED = 7;
const UNAUTHENTICATED = 16;
const place = { cacheName: "default", topic: "t" };

const strangers: readonly Record<string, string>[] = [
  { host: "evil.example" },
  { host: "evil.example:8080" },
  { host: "localhost.evil.example" },
  { host: "127.0.0.1.evil.example" },
  { host: "0.0.0.0" },
  { host: "192.168.0.1" },
  { host: "user@localhost" },
  { host: "localhost", origin: "https://evil.example" },
  { host: "localhost", origin: "null" },
  { host: "localhost", origin: "http://localhost.evil.example" },
  { host: "localhost", origin: "file://" },
  { host: "localhost", "sec-fetch-site": "cross-site" },
  { host: "localhost", origin: "https://evil.example", "sec-fetch-site": "same-origin" },
];

const locals: readonly Record<string, string>[] = [
  { host: "localhost" },
  { host: "localhost:8080" },
  { host: "127.0.0.1" },
  { host: "127.1.2.3:1" },
  { host: "[::1]:8080" },
  { host: "LOCALHOST" },
  { host: "app.localhost" },
  { host: "localhost", origin: "http://localhost:3000" },
  { host: "localhost", "sec-fetch-site": "same-origin" },
  { host: "localhost", "sec-fetch-site": "none" },
  { host: "localhost", authorization: "" },
];

/** The same fields for HTTP/2, where Host is `:authority`. */
function toHttp2({ host, ...rest }: Record<string, string>): Record<string, string> {
  return { ":authority": host ?? "", ...rest };
}

test("requests that do not name this machine, or come from another site, are refused whatever they ask", async (t) => {
  const server = await startTestServer(t);
  const session = openHttp2(t, server);
  for (const headers of strangers) {
    const label = JSON.stringify(headers);
    for (const ask of [
      { method: "POST", body: "x", headers },
      { method: "GET", headers },
    ]) {
      assert.equal((await askHttp(server, "/topics/default/t", ask)).status, 403, label);
      const over2 = { ...ask, headers: toHttp2(headers) };
      assert.equal((await askHttp2(session, "/topics/default/t", over2)).status, 403, label);
    }
    assert.equal((await askHttp(server, "/api-keys", { headers })).status, 403, label);
    const body = JSON.stringify({ role_id: "owner", description: "", expiry: "never" });
    assert.equal((await askHttp(server, "/api-keys", { headers, body })).status, 403, label);
    const over2 = toHttp2(headers);
    assert.equal((await publishGrpc(session, place, "x", over2)).status, PERMISSION_DENIED, label);
    assert.equal((await subscribeGrpc(session, place, over2).end).status, PERMISSION_DENIED, label);
    assert.equal((await createCacheGrpc(session, "theirs", over2)).status, PERMISSION_DENIED, label);
  }
  assert.deepEqual(await listCachesGrpc(session), ["default"]);
});

test("programs on this machine need no key", async (t) => {
  const server = await startTestServer(t);
  const session = openHttp2(t, server);
  for (const headers of locals) {
    const label = JSON.stringify(headers);
    assert.equal((await askHttp(server, "/topics/default/t", { body: "x", headers })).status, 204, label);
    assert.equal((await publishGrpc(session, place, "x", toHttp2(headers))).status, 0, label);
  }
});

test("a valid key opens the way for a stranger's name; a wrong one closes it even for this machine", async (t) => {
  const server = await startTestServer(t);
  const session = openHttp2(t, server);
  const authorization = server.firstApiKey ?? "";
  const stranger = { host: "evil.example", origin: "https://evil.example", authorization };
  assert.equal((await askHttp(server, "/topics/default/t", { body: "x", headers: stranger })).status, 204);
  assert.equal((await publishGrpc(session, place, "x", toHttp2(stranger))).status, 0);
  for (const wrong of ["subito_0000000000000000_x", "x", `${authorization}x`, "x".repeat(10_000)]) {
    const headers = { host: "localhost", authorization: wrong };
    assert.equal((await askHttp(server, "/topics/default/t", { body: "x", headers })).status, 401);
    assert.equal((await publishGrpc(session, place, "x", toHttp2(headers))).status, UNAUTHENTICATED);
  }
});

test("health is for everyone", async (t) => {
  const server = await startTestServer(t);
  for (const path of ["/livez", "/readyz"]) {
    assert.equal((await askHttp(server, path, { headers: { host: "evil.example" } })).status, 200);
  }
});

test("an absolute request target names the host that counts", async (t) => {
  const server = await startTestServer(t);
  const headers = { host: "localhost" };
  const evil = await askHttp(server, "http://evil.example/topics/default/t", { body: "x", headers });
  assert.equal(evil.status, 403);
  const local = await askHttp(server, "http://localhost/topics/default/t", { body: "x", headers });
  assert.equal(local.status, 204);
});

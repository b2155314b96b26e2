// What refuses streams of events before they begin, and what ends them: rights, tokens, caches, origins, a server that stops.

import assert from "node:assert/strict";
import { Agent, request as httpRequest } from "node:http";
import { test } from "node:test";
import { createCacheGrpc, deleteCacheGrpc } from "../testing/grpc-client.js";
import { readMetrics } from "../testing/metrics.js";
import { type TestServer, askHttp, askHttp2, openHttp2, startTestServer } from "../testing/running-server.js";
import { SseStream, openSse, openSse2 } from "../testing/sse-client.js";
import { hasBegun, overBoth, publish, untilTexts } from "../testing/sse-servers.js";

test("what cannot be is refused before the stream begins, with a status", async (t) => {
  const server = await startTestServer(t, { limits: { subscriptionsMax: 3 } });
  const two = "topic=a&topic=b";
  const many = Array.from({ length: 33 }, (_, i) => `topic=${i}`).join("&");
  for (const [path, status, code] of [
    ["/sse/nowhere/t", 404, "NotFound"],
    ["/sse/nowhere?topic=a&topic=b", 404, "NotFound"],
    ["/sse/default", 400, "InvalidArgument"],
    [`/sse/default?${many}`, 400, "InvalidArgument"],
    ["/sse/default?topic=a&topic=a", 400, "InvalidArgument"],
    ["/sse/default?topic=a&topic=", 400, "InvalidArgument"],
    ["/sse/default/t?topic=a", 400, "InvalidArgument"],
    ["/sse/default/%00", 400, "InvalidArgument"],
    ["/sse/default/t?last_event_id=x", 400, "InvalidArgument"],
    ["/sse/default/t?last_event_id=1:2,3:4", 400, "InvalidArgument"],
    [`/sse/default?${two}&last_event_id=1:2`, 400, "InvalidArgument"],
    ["/sse/default?topic=a&topic=b&topic=c&topic=d", 429, "ResourceExhausted"],
    ["/sse", 404, "NotFound"],
  ] as const) {
    for (const answer of [await askHttp(server, path), await askHttp2(openHttp2(t, server), path)]) {
      assert.equal(answer.status, status, path);
      assert.equal(answer.json["code"], code, path);
    }
  }
  const header = { headers: { "last-event-id": "null" } };
  assert.equal((await askHttp(server, "/sse/default/t", header)).status, 400);
  assert.equal((await askHttp(server, "/sse/default/t", { method: "POST", body: "" })).status, 405);
  assert.equal((await readMetrics(server)).get("subito_subscriptions"), 0, "a refused stream left something");
});

async function makeToken(server: TestServer, seconds: number, topics: unknown = "*"): Promise<string> {
  const authorization = server.firstApiKey ?? "";
  const rule = { type: "topic", permissions: ["read"], caches: "*", topics };
  const body = JSON.stringify({ expires_in_seconds: seconds, permissions: { rules: [rule] } });
  const answer = await askHttp(server, "/tokens", { body, headers: { authorization } });
  assert.equal(answer.status, 200, answer.text);
  return String(answer.json["token"]);
}

overBoth(
  "a token that expires ends the stream in words, and is refused then",
  async (_t, server, open) => {
    const authorization = server.firstApiKey ?? "";
    const token = await makeToken(server, 2);
    const path = `/sse/default?topic=a&topic=b&token=${token}`;
    const stream = await open(path);
    await hasBegun(stream);
    await publish(server, "one", "b", { authorization });
    await stream.end();
    const [item, end, ...rest] = stream.reader.events;
    assert.deepEqual([item?.type, end?.type, rest], ["message", "ended", []]);
    const { code, topic, next_sequence_number } = JSON.parse(end?.data ?? "") as Record<string, unknown>;
    assert.equal(code, "Unauthenticated");
    assert.equal(next_sequence_number, topic === "b" ? 2 : 1);
    const again = await open(path, { "last-event-id": stream.reader.lastEventId });
    assert.equal(again.status, 401);
    const renewed = await open(`/sse/default?topic=a&topic=b&last_event_id=${stream.reader.lastEventId}`, {
      authorization,
    });
    await publish(server, "two", "b", { authorization });
    await untilTexts(renewed, 1);
    assert.deepEqual(renewed.texts, ["two"]);
  },
  { flags: { auth: "required" } },
);

test("without a key, and without the right to one of the topics, there is no stream", async (t) => {
  const server = await startTestServer(t, { flags: { auth: "required" } });
  const token = await makeToken(server, 60, { name: "a" });
  for (const [path, status] of [
    ["/sse/default/a", 401],
    ["/sse/default", 401],
    [`/sse/default/b?token=${token}`, 403],
    [`/sse/default?topic=a&topic=b&token=${token}`, 403],
  ] as const)
    assert.equal((await askHttp(server, path)).status, status, path);
  const both = await askHttp(server, `/sse/default/a?token=${token}`, { headers: { authorization: token } });
  assert.equal(both.status, 400);
  assert.equal((await openSse(t, server, `/sse/default/a?token=${token}`)).status, 200);
});

overBoth("a cache that is deleted ends its streams in words", async (t, server, open) => {
  const session = openHttp2(t, server);
  assert.equal((await createCacheGrpc(session, "short")).status, 0);
  const streams = [
    await open("/sse/short/a"),
    await open("/sse/short?topic=a&topic=b"),
    await open("/sse/short?topic=b&topic=a"),
  ];
  for (const stream of streams) await hasBegun(stream);
  assert.equal((await deleteCacheGrpc(session, "short")).status, 0);
  for (const stream of streams) {
    await stream.end();
    assert.deepEqual(
      stream.reader.events.map(({ type, data }) => [type, (JSON.parse(data) as { code: string }).code]),
      [["ended", "NotFound"]],
    );
  }
  assert.equal((await readMetrics(server)).get("subito_subscriptions"), 0);
});

test("a server that stops ends streams without a word, and refuses nobody who comes back on the same connection", async (t) => {
  const server = await startTestServer(t);
  const agent = new Agent({ keepAlive: true });
  t.after(() => agent.destroy());
  const ask = (): Promise<SseStream> =>
    new Promise((resolve, reject) => {
      const where = { host: "127.0.0.1", port: server.port, path: "/sse/default/t", agent };
      const request = httpRequest(where, (response) =>
        resolve(new SseStream(response.statusCode ?? 0, response.headers, response)),
      );
      request.on("error", reject);
      request.end();
    });
  const stream = await ask();
  await hasBegun(stream);
  const closed = server.close();
  await stream.end();
  assert.deepEqual(stream.reader.events, []);
  // A browser comes back after a failed connection, and gives up at any status but 200.
  await assert.rejects(ask(), { code: /^(?:ECONNRESET|ECONNREFUSED|EPIPE)$/ });
  await closed;
});

test("a server that stops ends streams over HTTP/2 without a word", async (t) => {
  const server = await startTestServer(t);
  const stream = await openSse2(openHttp2(t, server), "/sse/default/t");
  await hasBegun(stream);
  const closed = server.close();
  await stream.end();
  await closed;
  assert.deepEqual(stream.reader.events, []);
});

test("pages of other origins get a stream when theirs is allowed, and are told nothing otherwise", async (t) => {
  const server = await startTestServer(t, { flags: { "allowed-origins": "https://app.example" } });
  const session = openHttp2(t, server);
  for (const open of [
    (headers: Record<string, string>) => openSse(t, server, "/sse/default/t", headers),
    (headers: Record<string, string>) => openSse2(session, "/sse/default/t", headers),
  ]) {
    const good = await open({ origin: "https://app.example" });
    assert.equal(good.headers["access-control-allow-origin"], "https://app.example");
    assert.equal(good.headers["access-control-allow-credentials"], "true");
    const bad = await open({ origin: "https://evil.example" });
    assert.equal(bad.headers["access-control-allow-origin"], undefined);
    assert.equal(bad.headers["vary"], "origin");
  }
  const preflight = await askHttp(server, "/sse/default/t", {
    method: "OPTIONS",
    headers: { origin: "https://app.example", "access-control-request-method": "GET" },
  });
  assert.match(String(preflight.headers["access-control-allow-headers"]), /last-event-id/);
});

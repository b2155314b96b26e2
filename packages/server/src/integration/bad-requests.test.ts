// Requests that are understood and wrong: each has its clear error over gRPC and HTTP, and changes nothing.

import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { _SubscriptionRequestSchema, _PublishRequestSchema } from "@subito/wire/cachepubsub";
import { toEnvelope } from "../rpc/envelope.js";
import {
  PING_PATH,
  PUBLISH_PATH,
  SUBSCRIBE_PATH,
  callGrpc,
  createCacheGrpc,
  listCachesGrpc,
  publishGrpc,
  subscribeGrpc,
  toBody,
} from "../testing/grpc-client.js";
import { askHttp, askHttp2, openHttp2, startTestServer } from "../testing/running-server.js";

const INVALID_ARGUMENT = 3;
const NOT_FOUND = 5;
const RESOURCE_EXHAUSTED = 8;
const UNIMPLEMENTED = 12;

test("unknown methods and services are UNIMPLEMENTED", async (t) => {
  const session = openHttp2(t, await startTestServer(t));
  for (const path of [
    "/cache_client.Scs/Get",
    "/cache_client.pubsub.Pubsub/Nothing",
    "/",
    "/a/b/c",
    "/%00",
  ]) {
    const end = await callGrpc(session, path, Buffer.alloc(5));
    assert.equal(end.status, UNIMPLEMENTED, path);
    assert.equal(end.httpStatus, 200);
  }
  // Their names are case-sensitive.
  assert.equal((await callGrpc(session, PING_PATH.toLowerCase(), Buffer.alloc(5))).status, UNIMPLEMENTED);
  assert.equal((await callGrpc(session, PING_PATH, Buffer.alloc(5))).status, 0);
});

test("other content types than gRPC's go to the HTTP API, which does not know gRPC's paths", async (t) => {
  const session = openHttp2(t, await startTestServer(t));
  for (const type of ["application/json", "application/grpcx", "text/plain", ""]) {
    const answer = await askHttp2(session, PUBLISH_PATH, { body: "x", headers: { "content-type": type } });
    assert.equal(answer.status, 404, type);
  }
  for (const type of ["application/grpc+proto", "application/grpc;charset=utf-8"]) {
    assert.equal(
      (await callGrpc(session, PING_PATH, Buffer.alloc(5), { "content-type": type })).status,
      0,
      type,
    );
  }
});

test("what is no protobuf is INVALID_ARGUMENT", async (t) => {
  const session = openHttp2(t, await startTestServer(t));
  const broken = [
    Buffer.from([0xff]),
    Buffer.from([0x0a, 0x7f, 0x61]),
    Buffer.from([0x0a, 0x02, 0xff, 0xfe, 0x12, 0x01, 0x61]),
    Buffer.from("ffffffffffffffffffffff", "hex"),
    Buffer.from([0x00]),
    Buffer.from([0x0b]),
  ];
  const control = "/control_client.ScsControl";
  for (const path of [PUBLISH_PATH, SUBSCRIBE_PATH, `${control}/CreateCache`, `${control}/DeleteCache`]) {
    for (const message of broken) {
      const end = await callGrpc(session, path, toEnvelope(message));
      assert.equal(end.status, INVALID_ARGUMENT, `${path} ${message.toString("hex")}`);
    }
  }
  assert.deepEqual(await listCachesGrpc(session), ["default"]);
});

test("bodies that are cut short, doubled or marked with unknown flags are INVALID_ARGUMENT", async (t) => {
  const session = openHttp2(t, await startTestServer(t));
  const body = toBody(_PublishRequestSchema, {
    cacheName: "default",
    topic: "t",
    value: { kind: { case: "text", value: "x" } },
  });
  const flagged = Buffer.from(body);
  flagged[0] = 0x80;
  for (const bad of [
    Buffer.alloc(0),
    body.subarray(0, 4),
    body.subarray(0, -1),
    Buffer.concat([body, body]),
    flagged,
  ]) {
    assert.equal((await callGrpc(session, PUBLISH_PATH, bad)).status, INVALID_ARGUMENT);
  }
  assert.equal((await callGrpc(session, PUBLISH_PATH, body)).status, 0);
});

const badCacheNames = ["", "a\0b", "a\nb", "\x7f", "x".repeat(256), "x".repeat(10_000)];
const badTopicNames = ["", "a\0b", "a\r\nb", "x".repeat(1025), "é".repeat(513), "x".repeat(10_000)];
const goodNames = ["a/b", "..", "👋🏽", "日本語", "a b", "%2F", "?x=1#y", "__proto__", "constructor"];

test("names that break the rules are INVALID_ARGUMENT over gRPC; odd ones that do not work", async (t) => {
  const session = openHttp2(t, await startTestServer(t));
  for (const cacheName of badCacheNames) {
    const label = JSON.stringify(cacheName.slice(0, 20));
    assert.equal((await createCacheGrpc(session, cacheName)).status, INVALID_ARGUMENT, label);
    assert.equal(
      (await publishGrpc(session, { cacheName, topic: "t" }, "x")).status,
      INVALID_ARGUMENT,
      label,
    );
    assert.equal(
      (await subscribeGrpc(session, { cacheName, topic: "t" }).end).status,
      INVALID_ARGUMENT,
      label,
    );
  }
  for (const topic of badTopicNames) {
    const label = JSON.stringify(topic.slice(0, 20));
    assert.equal(
      (await publishGrpc(session, { cacheName: "default", topic }, "x")).status,
      INVALID_ARGUMENT,
      label,
    );
    assert.equal(
      (await subscribeGrpc(session, { cacheName: "default", topic }).end).status,
      INVALID_ARGUMENT,
      label,
    );
  }
  for (const name of goodNames) {
    assert.equal((await publishGrpc(session, { cacheName: name, topic: name }, "x")).status, NOT_FOUND, name);
    assert.equal((await createCacheGrpc(session, name)).status, 0, name);
    const subscription = subscribeGrpc(session, { cacheName: name, topic: name });
    assert.equal((await publishGrpc(session, { cacheName: name, topic: name }, name)).status, 0, name);
    await subscription.until(() => subscription.texts().includes(name));
  }
  assert.deepEqual((await listCachesGrpc(session)).sort(), ["default", ...goodNames].sort());
});

test("names that break the rules are 400 over HTTP; odd ones that do not work", async (t) => {
  const server = await startTestServer(t);
  const session = openHttp2(t, server);
  for (const topic of badTopicNames) {
    const path = `/topics/default/${encodeURIComponent(topic)}`;
    for (const ask of [{ body: "x" }, {}]) {
      for (const answer of [await askHttp(server, path, ask), await askHttp2(session, path, ask)]) {
        assert.equal(answer.status, 400, JSON.stringify(topic.slice(0, 20)));
        assert.equal(answer.json["code"], "InvalidArgument");
      }
    }
  }
  assert.equal((await askHttp(server, "/topics//t", { body: "x" })).status, 400);
  for (const name of goodNames) {
    const path = `/topics/default/${encodeURIComponent(name)}`;
    assert.equal((await askHttp(server, path, { body: "x" })).status, 204, name);
    const missing = await askHttp(server, `/topics/${encodeURIComponent(name)}/t`, { body: "x" });
    assert.equal(missing.status, 404, name);
  }
});

test("payloads over the limit are refused with the reason that clients look for; at the limit they pass", async (t) => {
  const server = await startTestServer(t, {
    limits: { topicItemBytesMax: 1000, messageBytesMax: 5000, bodyBytesMax: 5000 },
  });
  const session = openHttp2(t, server);
  const place = { cacheName: "default", topic: "t" };
  for (const bytes of [1001, 4000, 6000, 2_000_000]) {
    const end = await publishGrpc(session, place, "x".repeat(bytes));
    assert.equal(end.status, RESOURCE_EXHAUSTED, String(bytes));
    assert.equal(end.fields["err"], "request_size_limit_exceeded");
    assert.match(end.message, /request limit/);
    for (const ask of [
      askHttp2(session, "/topics/default/t", { body: "x".repeat(bytes) }),
      askHttp(server, "/topics/default/t", { body: "x".repeat(bytes) }),
    ]) {
      const answer = await ask;
      assert.equal(answer.status, 413, String(bytes));
      assert.equal(answer.json["err"], "request_size_limit_exceeded");
    }
  }
  assert.equal((await publishGrpc(session, place, "x".repeat(1000))).status, 0);
  assert.equal((await askHttp(server, "/topics/default/t", { body: "x".repeat(1000) })).status, 204);
});

test("HTTP: positions that are no numbers, text that is no UTF-8, and methods that are not taken", async (t) => {
  const server = await startTestServer(t);
  const session = openHttp2(t, server);
  for (const query of [
    "sequence_number=x",
    "sequence_number=-1",
    "sequence_page=1.5",
    "sequence_page=1e3",
    "sequence_number=",
  ]) {
    assert.equal((await askHttp(server, `/topics/default/t?${query}`)).status, 400, query);
  }
  const broken = Buffer.from([0x61, 0xff]);
  assert.equal((await askHttp(server, "/topics/default/t", { body: broken })).status, 400);
  const binary = { body: broken, headers: { "content-type": "application/octet-stream" } };
  assert.equal((await askHttp(server, "/topics/default/t", binary)).status, 204);
  for (const method of ["PUT", "DELETE", "PATCH", "OPTIONS"]) {
    const one = await askHttp(server, "/topics/default/t", { method });
    const two = await askHttp2(session, "/topics/default/t", { method });
    assert.deepEqual([one.status, two.status], [405, 405], method);
    assert.deepEqual([one.headers["allow"], two.headers["allow"]], ["POST, GET", "POST, GET"]);
  }
});

test("HTTP answers have no body where there may be none, and no length with 204, in both versions", async (t) => {
  const server = await startTestServer(t);
  const session = openHttp2(t, server);
  for (const answer of [
    await askHttp(server, "/topics/default/t", { body: "x" }),
    await askHttp2(session, "/topics/default/t", { body: "x" }),
  ]) {
    assert.equal(answer.status, 204);
    assert.equal(answer.text, "");
    assert.equal(answer.headers["content-length"], undefined);
  }
  for (const answer of [
    await askHttp(server, "/livez", { method: "HEAD" }),
    await askHttp2(session, "/livez", { method: "HEAD" }),
  ]) {
    assert.equal(answer.status, 200);
    assert.equal(answer.text, "");
    assert.ok(Number(answer.headers["content-length"]) > 0);
  }
});

test("a subscription to a missing cache ends with NOT_FOUND before any message", async (t) => {
  const session = openHttp2(t, await startTestServer(t));
  const body = toBody(_SubscriptionRequestSchema, { cacheName: "missing", topic: "t" });
  const end = await callGrpc(session, SUBSCRIBE_PATH, body);
  assert.equal(end.status, NOT_FOUND);
  assert.equal(end.messages.length, 0);
});

test("HTTP: a query that is misspelt, or says a thing twice, is refused before anything begins", async (t) => {
  const server = await startTestServer(t);
  const session = openHttp2(t, server);
  for (const [method, path, name] of [
    ["GET", "/topics/default/t?sequence=1", "sequence"],
    ["GET", "/topics/default/t?sequence_number=1&sequence_number=2", "sequence_number"],
    ["POST", "/topics/default/t?sequence_number=1", "sequence_number"],
    ["GET", "/sse/default/t?lastEventId=1:1", "lastEventId"],
    ["GET", "/sse/default/t?last_event_id=1:1&last_event_id=1:2", "last_event_id"],
    ["GET", "/sse/default?topics=t", "topics"],
    ["GET", "/api-keys?limt=1", "limt"],
    ["GET", "/roles?type=system&type=custom", "type"],
    ["GET", "/metrics?format=json", "format"],
    ["DELETE", "/api-keys/x?force=1", "force"],
  ] as const) {
    const ask = { method, ...(method === "POST" ? { body: "x" } : {}) };
    for (const answer of [await askHttp(server, path, ask), await askHttp2(session, path, ask)]) {
      assert.equal(answer.status, 400, path);
      assert.match(String(answer.json["message"]), new RegExp(`"${name}"`));
    }
  }
});

test("HTTP: a body that is compressed is refused, and not published as it is", async (t) => {
  const server = await startTestServer(t);
  const session = openHttp2(t, server);
  const ask = { body: gzipSync("x"), headers: { "content-encoding": "gzip" } };
  for (const path of ["/topics/default/t", "/api-keys", "/tokens"]) {
    for (const answer of [await askHttp(server, path, ask), await askHttp2(session, path, ask)]) {
      assert.deepEqual([answer.status, answer.json["code"]], [415, "UnsupportedMediaType"], path);
      assert.equal(answer.headers["accept-encoding"], "identity");
    }
  }
  const plain = { body: "x", headers: { "content-encoding": "identity" } };
  assert.equal((await askHttp(server, "/topics/default/t", plain)).status, 204);
  const { json } = await askHttp(server, "/topics/default/t?sequence_number=1");
  assert.equal((json["items"] as unknown[]).length, 1);
});

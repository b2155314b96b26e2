// GET /metrics of a running server: what docs/reference/metrics.md promises, who may read it, and that things are counted.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { publishGrpc, subscribeGrpc } from "../testing/grpc-client.js";
import { readMetrics } from "../testing/metrics.js";
import { askHttp, connectRaw, exchange, openHttp2, startTestServer } from "../testing/running-server.js";
import { pollUntil } from "../testing/poll-until.js";

const place = { cacheName: "default", topic: "t" };

test("docs/reference/metrics.md has every metric, with its type, label, values and meaning", async (t) => {
  const server = await startTestServer(t);
  const { text } = await askHttp(server, "/metrics");
  const rows: string[] = [];
  for (const [, name = "", help = "", type = ""] of text.matchAll(
    /^# HELP (\S+) (.+)\n# TYPE \S+ (gauge|counter)$/gm,
  )) {
    const labels = [...text.matchAll(new RegExp(`^${name}\\{(\\w+)="([^"]*)"\\} \\S+$`, "gm"))];
    const values = labels.map(([, , value = ""]) => `\`${value}\``);
    const label =
      name === "subito_build_info" ? "`version`" : `\`${labels[0]?.[1] ?? ""}\`: ${values.join(", ")}`;
    rows.push(`| \`${name}\` | ${type} | ${labels.length === 0 ? "" : label} | ${help} |`);
  }
  const reference = readFileSync(new URL("../../../../docs/reference/metrics.md", import.meta.url), "utf8");
  const table = ["| metric | type | label | meaning |", "| --- | --- | --- | --- |", ...rows].join("\n");
  assert.ok(reference.includes(`\n${table}\n`), `docs/reference/metrics.md must hold:\n\n${table}\n`);
});

test("with --auth required the metrics need a key", async (t) => {
  const server = await startTestServer(t, { flags: { auth: "required" } });
  assert.equal((await askHttp(server, "/metrics")).status, 401);
  const headers = { authorization: server.firstApiKey ?? "" };
  const answer = await askHttp(server, "/metrics", { headers });
  assert.equal(answer.status, 200);
  assert.equal(answer.headers["content-type"], "text/plain; version=0.0.4; charset=utf-8");
});

test("publishes, deliveries, subscriptions and connections are counted", async (t) => {
  const server = await startTestServer(t);
  const session = openHttp2(t, server);
  const subscriptions = [subscribeGrpc(session, place), subscribeGrpc(session, place)];
  for (const each of subscriptions) await each.until(() => each.messages.length > 0);
  for (const text of ["a", "b", "c"]) await publishGrpc(session, place, text);
  for (const each of subscriptions) await each.until(() => each.texts().length === 3);
  const metrics = await readMetrics(server);
  assert.equal(metrics.get("subito_items_published_total"), 3);
  assert.equal(metrics.get("subito_items_delivered_total"), 6);
  assert.equal(metrics.get("subito_subscriptions"), 2);
  assert.equal(metrics.get("subito_topics"), 1);
  assert.equal(metrics.get('subito_connections{protocol="http2"}'), 1);
  assert.equal(metrics.get('subito_connections{protocol="http1"}'), 1);
  assert.equal(metrics.get("subito_connections_accepted_total"), 2);
  assert.equal(metrics.get("subito_outbox_bytes"), 0);
  assert.ok((metrics.get("subito_resident_memory_bytes") ?? 0) > 10_000_000);
  session.destroy();
  await pollUntil(async () => (await readMetrics(server)).get("subito_subscriptions") === 0);
});

test("what peers do wrong is counted under its name", async (t) => {
  const server = await startTestServer(t, { flags: { "preface-timeout-ms": "50" } });
  await exchange(t, server, Buffer.from([0x16, 3, 1, 0, 5, 1, 0, 0, 1, 0]));
  await exchange(t, server, Buffer.from([0, 1, 2, 3]));
  await exchange(t, server, "");
  await exchange(t, server, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x09\0\0\0\0\x01");
  await exchange(t, server, `GET / HTTP/1.1\r\nhost: a\r\nx: ${"x".repeat(20_000)}\r\n\r\n`);
  await exchange(t, server, "GET / HTTP/1.1\r\nbad header\r\n\r\n");
  const metrics = await readMetrics(server);
  const counted = [...metrics].filter(([name, value]) => /_(?:refused|errors)_total/.test(name) && value > 0);
  assert.deepEqual(counted.sort(), [
    ['subito_connections_refused_total{reason="preface_timeout"}', 1],
    ['subito_connections_refused_total{reason="tls_on_plaintext"}', 1],
    ['subito_connections_refused_total{reason="unknown_protocol"}', 1],
    ['subito_http1_errors_total{fault="bad_request"}', 1],
    ['subito_http1_errors_total{fault="header_overflow"}', 1],
    ['subito_http2_connection_errors_total{fault="protocol"}', 1],
  ]);
});

test("bodies of HTTP/1.1 count with those of all requests, until they are answered or their connection is gone", async (t) => {
  const server = await startTestServer(t, { limits: { requestBytesTotalMax: 1000 } });
  const slow = await connectRaw(t, server);
  slow.socket.write(
    `POST /topics/default/t HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 1000\r\n\r\n${"x".repeat(600)}`,
  );
  await pollUntil(async () => (await readMetrics(server)).get("subito_request_bytes") === 600);
  const refused = await askHttp(server, "/topics/default/t", { body: "y".repeat(600) });
  assert.equal(refused.status, 503);
  assert.equal((await askHttp(server, "/topics/default/t", { body: "y".repeat(300) })).status, 204);
  slow.socket.destroy();
  await pollUntil(async () => (await readMetrics(server)).get("subito_request_bytes") === 0);
  assert.equal((await readMetrics(server)).get('subito_requests_refused_total{reason="request_bytes"}'), 1);
});

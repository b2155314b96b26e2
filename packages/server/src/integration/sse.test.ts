// Streams of events against a whole server, over HTTP/1.1 and HTTP/2: what is sent, what is refused, and that nothing is lost on the way.

import assert from "node:assert/strict";
import { Agent, request as httpRequest } from "node:http";
import { type TestContext, test } from "node:test";
import { createCacheGrpc, deleteCacheGrpc } from "../testing/grpc-client.js";
import { readMetrics } from "../testing/metrics.js";
import { pollUntil } from "../testing/poll-until.js";
import {
  type TestServer,
  type TestServerOptions,
  askHttp,
  askHttp2,
  connectRaw,
  openHttp2,
  startTestServer,
} from "../testing/running-server.js";
import { type SseStream, openSse, openSse2 } from "../testing/sse-client.js";

type Open = (path: string, headers?: Readonly<Record<string, string>>) => Promise<SseStream>;

/** Runs the test over each version of HTTP, each time with a server of its own. */
function overBoth(
  name: string,
  run: (t: TestContext, server: TestServer, open: Open) => Promise<void>,
  options: TestServerOptions = {},
): void {
  test(`${name}, over HTTP/1.1`, async (t) => {
    const server = await startTestServer(t, options);
    await run(t, server, (path, headers) => openSse(t, server, path, headers));
  });
  test(`${name}, over HTTP/2`, async (t) => {
    const server = await startTestServer(t, options);
    const session = openHttp2(t, server);
    await run(t, server, (path, headers) => openSse2(session, path, headers));
  });
}

async function publish(
  server: TestServer,
  text: string | Uint8Array,
  topic = "t",
  headers: Readonly<Record<string, string>> = {},
): Promise<void> {
  const answer = await askHttp(server, `/topics/default/${topic}`, { body: text, headers });
  assert.equal(answer.status, 204, answer.text);
}

const hasBegun = (stream: SseStream): Promise<void> => stream.until(({ lastEventId }) => lastEventId !== "");
const untilTexts = (stream: SseStream, count: number): Promise<void> =>
  stream.until(({ events }) => events.length >= count);

overBoth("a stream begins with retry and an id, and goes on with items", async (_t, server, open) => {
  const stream = await open("/sse/default/t");
  assert.equal(stream.status, 200);
  assert.equal(stream.headers["content-type"], "text/event-stream");
  assert.equal(stream.headers["cache-control"], "no-store");
  assert.equal(stream.headers["x-accel-buffering"], "no");
  await hasBegun(stream);
  const [, page] = /^retry: 1000\nid: (\d+):1\n\n$/.exec(stream.text.replaceAll(": heartbeat\n\n", "")) ?? [];
  assert.ok(page !== undefined, stream.text);
  await publish(server, 'two\nlines "✓"');
  const type = { "content-type": "application/octet-stream" };
  await publish(server, Uint8Array.of(0, 255), "t", type);
  await untilTexts(stream, 2);
  assert.deepEqual(
    stream.reader.events.map(({ lastEventId }) => lastEventId),
    [`${page}:2`, `${page}:3`],
  );
  assert.deepEqual(stream.items[0], {
    ...{ type: "item", cache: "default", topic: "t" },
    item: { topic_sequence_number: 1, sequence_page: Number(page), value: { text: 'two\nlines "✓"' } },
  });
  assert.deepEqual(stream.items[1]?.item.value, { binary: "AP8=" });
});

overBoth("a stream that is cut goes on by its last id, without a gap", async (_t, server, open) => {
  // Cut before the first item, then within items, wherever the bytes stopped.
  const seen: (string | undefined)[] = [];
  let id = "";
  for (let round = 0; round < 6; round++) {
    const stream = await open("/sse/default/t", id === "" ? {} : { "last-event-id": id });
    await hasBegun(stream);
    if (round > 0) await untilTexts(stream, 1);
    stream.body.destroy();
    seen.push(...stream.texts);
    id = stream.reader.lastEventId;
    for (let i = 0; i < 20; i++) await publish(server, `${round} ${i}`);
  }
  const last = await open(`/sse/default/t?last_event_id=${id}`);
  await last.until(() => last.texts.includes("5 19"));
  seen.push(...last.texts);
  assert.deepEqual(
    seen,
    Array.from({ length: 120 }, (_, n) => `${Math.floor(n / 20)} ${n % 20}`),
  );
});

overBoth("the last id of a browser goes before the one in its URL", async (_t, server, open) => {
  for (const text of ["one", "two", "three"]) await publish(server, text);
  const stream = await open("/sse/default/t?last_event_id=0:1", { "last-event-id": "0:3" });
  await untilTexts(stream, 1);
  assert.deepEqual(stream.texts, ["three"]);
});

overBoth(
  "what the ring has lost is told in a discontinuity, with an id to go on from",
  async (_t, server, open) => {
    const first = await open("/sse/default/t");
    await hasBegun(first);
    first.body.destroy();
    for (let i = 1; i <= 25; i++) await publish(server, String(i));
    const stream = await open("/sse/default/t", { "last-event-id": first.reader.lastEventId });
    await untilTexts(stream, 11);
    const [gap] = stream.reader.events;
    const page = Number(first.reader.lastEventId.split(":")[0]);
    assert.equal(gap?.type, "discontinuity");
    assert.deepEqual(JSON.parse(gap.data), {
      ...{ type: "discontinuity", cache: "default", topic: "t" },
      discontinuity: { last_topic_sequence: 0, new_topic_sequence: 15, new_sequence_page: page },
    });
    assert.equal(gap.lastEventId, `${page}:16`);
    assert.deepEqual(
      stream.texts,
      Array.from({ length: 10 }, (_, i) => String(16 + i)),
    );
  },
  { flags: { "ring-items": "10" } },
);

overBoth("several topics in one stream, which goes on for each where it was", async (_t, server, open) => {
  const path = "/sse/default?topic=a&topic=b%2Fc&topic=d";
  const first = await open(path);
  await hasBegun(first);
  assert.match(first.reader.lastEventId, /^\d+:1,\d+:1,\d+:1$/);
  await publish(server, "a1", "a");
  await publish(server, "b1", "b%2Fc");
  await untilTexts(first, 2);
  assert.deepEqual(
    first.items.map(({ topic, item }) => [topic, item.value.text]),
    [
      ["a", "a1"],
      ["b/c", "b1"],
    ],
  );
  assert.match(first.reader.lastEventId, /^\d+:2,\d+:2,\d+:1$/);
  first.body.destroy();
  await publish(server, "d1", "d");
  await publish(server, "a2", "a");
  const next = await open(path, { "last-event-id": first.reader.lastEventId });
  await untilTexts(next, 2);
  assert.deepEqual(next.texts.sort(), ["a2", "d1"]);
  assert.match(next.reader.lastEventId, /^\d+:3,\d+:2,\d+:2$/);
});

overBoth(
  "heartbeats come as comments",
  async (_t, _server, open) => {
    const [one, several] = [await open("/sse/default/t"), await open("/sse/default?topic=a&topic=b")];
    for (const stream of [one, several]) await stream.until(({ comments }) => comments >= 3);
    assert.deepEqual(one.reader.events, []);
  },
  { flags: { "heartbeat-ms": "100" } },
);

test("no heartbeat is so rare that a silent stream is taken for one that nobody reads", async (t) => {
  const server = await startTestServer(t, {
    flags: { "heartbeat-ms": "1000" },
    limits: { http1StallTimeoutMs: 300 },
  });
  const stream = await openSse(t, server, "/sse/default/t");
  await stream.until(({ comments }) => comments >= 2);
});

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

overBoth("a caller that goes away leaves no subscription behind", async (_t, server, open) => {
  const streams = [await open("/sse/default/t"), await open("/sse/default?topic=a&topic=b")];
  for (const stream of streams) await hasBegun(stream);
  const count = async (): Promise<number | undefined> =>
    (await readMetrics(server)).get("subito_subscriptions");
  assert.equal(await count(), 3);
  for (const stream of streams) stream.body.destroy();
  await pollUntil(async () => (await count()) === 0);
});

test("a server that stops ends streams without a word, and keeps no connection for a request that it would refuse", async (t) => {
  // Should it wait for the connections, the test would not end in its time.
  const server = await startTestServer(t, { flags: { "shutdown-grace-ms": "600000" } });
  const agent = new Agent({ keepAlive: true });
  t.after(() => agent.destroy());
  const over1 = await new Promise<string>((resolve, reject) => {
    let text = "";
    const request = httpRequest({ port: server.port, path: "/sse/default/t", agent }, (response) => {
      response.setEncoding("utf8");
      response.on("data", (piece: string) => {
        if (text === "") void server.close();
        text += piece;
      });
      response.on("end", () => resolve(text));
    });
    request.on("error", reject);
    request.end();
  });
  assert.doesNotMatch(over1, /event:/);
  await server.close();
});

test("a server that stops ends streams over HTTP/2 without a word", async (t) => {
  const server = await startTestServer(t, { flags: { "shutdown-grace-ms": "600000" } });
  const stream = await openSse2(openHttp2(t, server), "/sse/default/t");
  await hasBegun(stream);
  const closed = server.close();
  await stream.end();
  await closed;
  assert.deepEqual(stream.reader.events, []);
});

test("HEAD is answered at once, without a stream behind it", async (t) => {
  const server = await startTestServer(t);
  const ask = { method: "HEAD" };
  for (const answer of [
    await askHttp(server, "/sse/default/t", ask),
    await askHttp2(openHttp2(t, server), "/sse/default/t", ask),
  ]) {
    assert.equal(answer.status, 200);
    assert.equal(answer.headers["content-type"], "text/event-stream");
    assert.equal(answer.text, "");
  }
  assert.equal((await readMetrics(server)).get("subito_subscriptions"), 0);
});

test("a cursor goes from a long poll to a stream and back", async (t) => {
  const server = await startTestServer(t);
  interface Poll {
    readonly items: readonly { readonly item: { readonly value: { readonly text: string } } }[];
    readonly next_sequence_number: number;
    readonly sequence_page: number;
  }
  const poll = async (query: string): Promise<Poll> =>
    (await askHttp(server, `/topics/default/t?${query}`)).json as unknown as Poll;
  await publish(server, "one");
  const first = await poll("sequence_number=1");
  await publish(server, "two");
  const id = `${first.sequence_page}:${first.next_sequence_number}`;
  const stream = await openSse(t, server, `/sse/default/t?last_event_id=${id}`);
  await untilTexts(stream, 1);
  assert.deepEqual(stream.texts, ["two"]);
  stream.body.destroy();
  await publish(server, "three");
  const [page, next] = stream.reader.lastEventId.split(":");
  const last = await poll(`sequence_number=${next}&sequence_page=${page}`);
  assert.deepEqual(
    last.items.map(({ item }) => item.value.text),
    ["three"],
  );
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

// ---- who does not read ----

const ITEM_BYTES = 64 * 1024;
const ITEMS = 600;
const RING_ITEMS = 16;
/** What the kernel may hold for a loopback connection, at its usual most, with room to spare. */
const KERNEL_BYTES = 16 * 1024 * 1024;

/** Publishes far more than any buffer holds, then lets the stream be read: what is read tells what was kept. */
async function checkSlow(server: TestServer, stream: SseStream, readOn: () => void): Promise<void> {
  for (let i = 1; i <= ITEMS; i++) await publish(server, `${i}`.padEnd(ITEM_BYTES, "."));
  readOn();
  await stream.until(() => stream.items.at(-1)?.item.topic_sequence_number === ITEMS);
  const numbers = stream.items.map(({ item }) => item.topic_sequence_number);
  const gaps = stream.reader.events.filter(({ type }) => type === "discontinuity");
  assert.ok(gaps.length > 0, "all of it was kept for one who did not read");
  assert.ok(
    numbers.length < (KERNEL_BYTES + RING_ITEMS * ITEM_BYTES) / ITEM_BYTES,
    `${numbers.length} items`,
  );
  // What was not received was told of.
  const told = gaps.map(
    ({ data }) => (JSON.parse(data) as { discontinuity: Record<string, number> }).discontinuity,
  );
  const missed = told.reduce(
    (sum, gap) => sum + (gap["new_topic_sequence"] ?? 0) - (gap["last_topic_sequence"] ?? 0),
    0,
  );
  assert.equal(numbers.length + missed, ITEMS);
  assert.deepEqual(
    numbers,
    [...numbers].sort((a, b) => a - b),
  );
}

const slowOptions: TestServerOptions = { flags: { "ring-items": String(RING_ITEMS) } };

for (const path of ["/sse/default/t", "/sse/default?topic=t&topic=u"]) {
  test(`a reader of ${path} that stands still over HTTP/1.1 is served from the ring when it goes on`, async (t) => {
    const server = await startTestServer(t, slowOptions);
    const stream = await openSse(t, server, path);
    await hasBegun(stream);
    stream.body.pause();
    await checkSlow(server, stream, () => stream.body.resume());
  });

  test(`a reader of ${path} that stands still over HTTP/2 is served from the ring when it goes on`, async (t) => {
    const server = await startTestServer(t, slowOptions);
    const stream = await openSse2(openHttp2(t, server), path);
    await hasBegun(stream);
    stream.body.pause();
    await checkSlow(server, stream, () => stream.body.resume());
  });
}

test("who never reads is cut off in the end, over HTTP/1.1", async (t) => {
  const server = await startTestServer(t, {
    flags: { "ring-items": String(RING_ITEMS), "heartbeat-ms": "100" },
    limits: { http1StallTimeoutMs: 500 },
  });
  const raw = await connectRaw(t, server);
  raw.socket.write("GET /sse/default/t HTTP/1.1\r\nhost: localhost\r\n\r\n");
  await raw.until((received) => received.includes("retry: 1000"));
  raw.socket.pause();
  for (let i = 0; i < ITEMS; i++) await publish(server, "x".repeat(ITEM_BYTES));
  await pollUntil(async () => (await readMetrics(server)).get("subito_subscriptions") === 0);
});

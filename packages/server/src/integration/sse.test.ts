// Streams of events against a whole server, over HTTP/1.1 and HTTP/2: what is sent, and that nothing is lost on the way.

import assert from "node:assert/strict";
import { test } from "node:test";
import { readMetrics } from "../testing/metrics.js";
import { pollUntil } from "../testing/poll-until.js";
import { askHttp, askHttp2, exchange, openHttp2, startTestServer } from "../testing/running-server.js";
import { openSse } from "../testing/sse-client.js";
import { hasBegun, overBoth, publish, untilTexts } from "../testing/sse-servers.js";

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

overBoth("a caller that goes away leaves no subscription behind", async (_t, server, open) => {
  const streams = [await open("/sse/default/t"), await open("/sse/default?topic=a&topic=b")];
  for (const stream of streams) await hasBegun(stream);
  const count = async (): Promise<number | undefined> =>
    (await readMetrics(server)).get("subito_subscriptions");
  assert.equal(await count(), 3);
  for (const stream of streams) stream.body.destroy();
  await pollUntil(async () => (await count()) === 0);
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
  const next = "GET /livez HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
  const both = await exchange(t, server, `HEAD /sse/default/t HTTP/1.1\r\nhost: localhost\r\n\r\n${next}`);
  assert.match(both, /\{"status":"ok"\}$/);
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

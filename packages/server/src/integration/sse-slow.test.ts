// Streams of events that are not read: nothing is kept for them, and they are told what they have missed.

import assert from "node:assert/strict";
import { test } from "node:test";
import { readMetrics } from "../testing/metrics.js";
import { pollUntil } from "../testing/poll-until.js";
import {
  type TestServer,
  type TestServerOptions,
  connectRaw,
  openHttp2,
  startTestServer,
} from "../testing/running-server.js";
import { type SseStream, openSse, openSse2 } from "../testing/sse-client.js";
import { hasBegun, publish } from "../testing/sse-servers.js";

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

// Publish and subscribe by plain HTTP against a whole server: what is answered when, and that a poll leaves nothing behind.

import assert from "node:assert/strict";
import { test } from "node:test";
import { publishGrpc, subscribeGrpc } from "../testing/grpc-client.js";
import { createPollCounter } from "../testing/poll-counter.js";
import {
  type HttpAnswer,
  askHttp,
  askHttp2,
  connectRaw,
  openHttp2,
  startTestServer,
} from "../testing/running-server.js";

const PATH = "/topics/default/t";

interface Answer {
  readonly items: readonly {
    readonly item?: { readonly value: { readonly text?: string; readonly binary?: string } };
  }[];
  readonly next_sequence_number: number;
  readonly sequence_page: number;
}

function read(answer: HttpAnswer): Answer {
  assert.equal(answer.status, 200, answer.text);
  return answer.json as unknown as Answer;
}

const values = ({ items }: Answer) => items.map(({ item }) => item?.value.text ?? item?.value.binary);

test("a poll that waits is answered by the next item; the next poll goes on where it stopped", async (t) => {
  const polls = createPollCounter();
  const server = await startTestServer(t, polls.options);
  const session = openHttp2(t, server);
  const waiting = [askHttp(server, PATH), askHttp2(session, PATH)];
  await polls.reached(2);
  assert.equal((await askHttp(server, PATH, { body: "one" })).status, 204);
  for (const answer of await Promise.all(waiting)) assert.deepEqual(values(read(answer)), ["one"]);
  const { next_sequence_number: next, sequence_page: page } = read(await (waiting[0] as Promise<HttpAnswer>));
  assert.equal(next, 2);
  assert.equal((await publishGrpc(session, { cacheName: "default", topic: "t" }, "two")).status, 0);
  const binary = { body: Buffer.from([0, 255]), headers: { "content-type": "application/octet-stream" } };
  assert.equal((await askHttp2(session, PATH, binary)).status, 204);
  const rest = read(await askHttp(server, `${PATH}?sequence_number=${next}&sequence_page=${page}`));
  assert.deepEqual(values(rest), ["two", "AP8="]);
  assert.equal(rest.next_sequence_number, 4);
});

test("a poll without an item in its time is answered with none, and its place to go on from", async (t) => {
  const polls = createPollCounter(50);
  const server = await startTestServer(t, polls.options);
  const first = read(await askHttp(server, PATH));
  assert.deepEqual(first.items, []);
  assert.ok(first.sequence_page > 0);
  assert.equal((await askHttp(server, PATH, { body: "one" })).status, 204);
  const query = `sequence_number=${first.next_sequence_number}&sequence_page=${first.sequence_page}`;
  assert.deepEqual(values(read(await askHttp(server, `${PATH}?${query}`))), ["one"]);
});

test("a poll of a cache that is missing is 404", async (t) => {
  const answer = await askHttp(await startTestServer(t), "/topics/missing/t");
  assert.equal(answer.status, 404);
  assert.equal(answer.json["code"], "NotFound");
});

test("a poll whose caller goes away gives its place back, in both versions of HTTP", async (t) => {
  const polls = createPollCounter();
  const server = await startTestServer(t, {
    ...polls.options,
    limits: { ...polls.options.limits, subscriptionsMax: 1 },
  });
  const session = openHttp2(t, server);
  const place = { cacheName: "default", topic: "t" };
  // Refused as long as the place is taken; whether it is given back shows only in that this comes to its end.
  const untilFree = async (): Promise<void> => {
    for (;;) {
      const probe = subscribeGrpc(session, place);
      await Promise.race([probe.until(() => probe.messages.length > 0), probe.end]);
      const isIn = probe.messages.length > 0;
      probe.stream.close();
      await probe.end;
      if (isIn) return;
    }
  };
  const raw = await connectRaw(t, server);
  raw.socket.write(`GET ${PATH} HTTP/1.1\r\nhost: localhost\r\n\r\n`);
  await polls.reached(1);
  assert.equal((await subscribeGrpc(session, place).end).status, 8);
  raw.socket.destroy();
  await untilFree();
  const stream = session.request({ ":path": PATH });
  stream.on("error", () => undefined);
  await polls.reached(2);
  assert.equal((await subscribeGrpc(session, place).end).status, 8);
  stream.close();
  await untilFree();
});

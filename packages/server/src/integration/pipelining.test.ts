// HTTP/1.1 requests that do not wait for answers (RFC 9112 9.3.2): each is served, in order, one at a time.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { handshakeRequest } from "@subito/websocket/testing/raw-client.js";
import { createPollCounter } from "../testing/poll-counter.js";
import { askHttp, connectRaw, exchange, startTestServer } from "../testing/running-server.js";

const PATH = "/topics/default/t";
const HEAD = `${PATH} HTTP/1.1\r\nhost: localhost\r\n`;

function post(value: string): string {
  return `POST ${HEAD}content-length: ${value.length}\r\n\r\n${value}`;
}

function postInChunks(value: string): string {
  const chunk = `${value.length.toString(16)}\r\n${value}\r\n`;
  return `POST ${HEAD}transfer-encoding: chunked\r\n\r\n${chunk}0\r\n\r\n`;
}

test("thousands of requests at once are all served, in order, whatever they look like", async (t) => {
  const server = await startTestServer(t);
  const values = Array.from({ length: 3000 }, (_, n) => (n % 7 === 0 ? `${n}\r\n\r\n`.repeat(40) : `${n}`));
  const requests = values.map((value, n) => {
    if (n % 3 === 0) return postInChunks(value);
    // A wish that is not granted.
    if (n % 5 === 0)
      return `GET /livez HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n${post(value)}`;
    return post(value);
  });
  const last = `GET ${PATH}?sequence_number=1 HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`;
  const answer = await exchange(t, server, requests.join("") + last);
  const { items } = JSON.parse(answer.slice(answer.lastIndexOf("\r\n\r\n"))) as {
    items: { item: { value: { text: string } } }[];
  };
  assert.deepEqual(
    items.map(({ item }) => item.value.text),
    values,
  );
});

test("a request that stands behind a long poll is not called late", async (t) => {
  const polls = createPollCounter();
  const server = await startTestServer(t, {
    ...polls.options,
    limits: { ...polls.options.limits, http1HeadersTimeoutMs: 100, http1RequestTimeoutMs: 200 },
  });
  const connection = await connectRaw(t, server);
  // So many that none of the ways to cut them ends with a whole one.
  connection.socket.write(`GET ${HEAD}\r\n${`GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n`.repeat(500)}`);
  await polls.reached(1);
  // Time limits are looked at once a second.
  await setTimeout(2500);
  assert.equal(connection.received().length, 0);
  assert.equal((await askHttp(server, PATH, { body: "one" })).status, 204);
  const answers = await connection.until(
    (received) => received.toString("latin1").split("HTTP/1.1 200 ").length > 501,
  );
  assert.match(answers.toString("latin1"), /^HTTP\/1\.1 200 OK\r\n[^]*?"text":"one"/);
});

test("a WebSocket's handshake behind a long poll is answered after it", async (t) => {
  const polls = createPollCounter();
  const server = await startTestServer(t, polls.options);
  const connection = await connectRaw(t, server);
  connection.socket.write(`GET ${HEAD}\r\n${handshakeRequest()}`);
  await polls.reached(1);
  assert.equal((await askHttp(server, PATH, { body: "one" })).status, 204);
  const answers = await connection.until((received) => received.includes("HTTP/1.1 101 "));
  assert.match(answers.toString("latin1"), /^HTTP\/1\.1 200 OK\r\n[^]*"text":"one"[^]*HTTP\/1\.1 101 /);
  connection.socket.destroy();
});

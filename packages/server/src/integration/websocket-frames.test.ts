// WebSockets of a running server with a small application: handshakes, what is refused and how, bad peers, TLS, and the end.

import assert from "node:assert/strict";
import { once } from "node:events";
import { type Socket, connect } from "node:net";
import { type TestContext, test } from "node:test";
import { connect as connectTls } from "node:tls";
import { type WebSocketChannel, binaryMessage, textMessage } from "@subito/websocket";
import {
  ACCEPT,
  type HandshakeAsk,
  RawWebSocketClient,
  clientFrame,
  closePayload,
  deflatedFrame,
  handshakeRequest,
  length64,
  textFrame,
} from "@subito/websocket/testing/raw-client.js";
import { ServiceError } from "../kernel/errors.js";
import type {
  WebSocketApplication,
  WebSocketHandlerMaker,
  WebSocketRequest,
} from "../rpc/websocket-application.js";
import { readMetrics } from "../testing/metrics.js";
import { pollUntil } from "../testing/poll-until.js";
import {
  type TestServerOptions,
  askHttp,
  askHttp2,
  exchange,
  openHttp2,
  startTestServer,
} from "../testing/running-server.js";
import { startTlsServer } from "../testing/tls.js";

/** Sends back what it gets; `bye` closes, `flood` answers with a lot. */
class EchoApplication implements WebSocketApplication {
  readonly requests: WebSocketRequest[] = [];
  readonly channels: WebSocketChannel[] = [];
  closed = 0;
  /** What `open` waits for. */
  gate: Promise<void> = Promise.resolve();

  async open(request: WebSocketRequest): Promise<WebSocketHandlerMaker> {
    this.requests.push(request);
    await this.gate;
    if (request.token === "wrong") throw new ServiceError("unauthenticated", "The token is wrong.");
    if (request.token === "broken") throw new Error("a secret");
    return (channel) => {
      this.channels.push(channel);
      return {
        message: (kind, bytes) => {
          const text = Buffer.from(bytes).toString();
          if (text === "bye") channel.close(4000, "bye");
          else if (text === "flood") channel.send(binaryMessage([Buffer.alloc(600_000, "f")]));
          else channel.send(kind === "text" ? textMessage(text) : binaryMessage([bytes]));
        },
        drained: () => undefined,
        closed: () => {
          this.closed++;
        },
      };
    };
  }
}

const transports = new WeakMap<TestContext, Socket[]>();

async function start(t: TestContext, options: TestServerOptions = {}) {
  const application = new EchoApplication();
  // Before the server's own end, which would wait for them to say goodbye.
  t.after(() => transports.get(t)?.forEach((transport) => transport.destroy()));
  const server = await startTestServer(t, { ...options, overrides: { webSockets: application } });
  return { application, server };
}

async function open(t: TestContext, server: { readonly port: number }): Promise<RawWebSocketClient> {
  const socket = connect({ port: server.port, host: "127.0.0.1", noDelay: true });
  transports.set(t, [...(transports.get(t) ?? []), socket]);
  await once(socket, "connect");
  return new RawWebSocketClient(socket);
}

async function shake(
  t: TestContext,
  server: { readonly port: number },
  ask: HandshakeAsk = {},
): Promise<RawWebSocketClient> {
  const client = await open(t, server);
  await client.handshake(ask);
  return client;
}

test("a handshake is answered as RFC 6455 1.3 has it, and messages go both ways", async (t) => {
  const { server, application } = await start(t);
  const client = await open(t, server);
  const head = await client.handshake({
    path: "/ws?token=t1",
    fields: { "Sec-WebSocket-Protocol": "x, subito.v1", "Sec-WebSocket-Extensions": "permessage-deflate" },
  });
  assert.match(head, /^HTTP\/1\.1 101 Switching Protocols\r\n/);
  assert.ok(head.includes(`sec-websocket-accept: ${ACCEPT}\r\n`));
  assert.ok(head.includes("sec-websocket-protocol: subito.v1\r\n"));
  assert.doesNotMatch(head, /extensions/);
  client.text("Hello");
  assert.equal(await client.next(), "text:Hello");
  client.send(clientFrame(2, Buffer.alloc(70_000, "x")));
  assert.equal(await client.next(), `binary:${"x".repeat(70_000)}`);
  client.send(clientFrame(9, "are you there"));
  assert.equal(await client.next(), "pong:are you there");
  const [request] = application.requests;
  assert.equal(request?.token, "t1");
  assert.equal(request.authority, "localhost");
  assert.equal(request.address, "127.0.0.1");
  const metrics = await readMetrics(server);
  assert.equal(metrics.get('subito_connections{protocol="websocket"}'), 1);
  assert.equal(metrics.get('subito_connections{protocol="http1"}'), 1);
  client.close(1000);
  assert.equal(await client.next(), "close:1000 ");
  await client.untilClosed();
  assert.equal(application.closed, 1);
  await pollUntil(
    async () => (await readMetrics(server)).get('subito_connections{protocol="websocket"}') === 0,
  );
});

test("frames that come with the handshake are served behind it, byte by byte or in one piece", async (t) => {
  const { server } = await start(t);
  const frames = Array.from({ length: 300 }, (_, i) => textFrame(`${i} ${"x".repeat(i)}`));
  const all = Buffer.concat([Buffer.from(handshakeRequest()), ...frames]);
  const expected = frames.map((_, i) => `text:${i} ${"x".repeat(i)}`);
  const inOne = await open(t, server);
  inOne.send(all);
  await inOne.until(() => inOne.told.length === 300);
  assert.deepEqual(inOne.told, expected);
  const byByte = await open(t, server);
  for (const byte of all.subarray(0, 400)) byByte.send(Buffer.from([byte]));
  byByte.send(all.subarray(400));
  await byByte.until(() => byByte.told.length === 300);
  assert.deepEqual(byByte.told, expected);
});

test("a pause between the handshake and its answer loses nothing", async (t) => {
  const { server, application } = await start(t);
  let go = (): void => undefined;
  application.gate = new Promise((resolve) => (go = resolve));
  const client = await open(t, server);
  client.send(
    Buffer.from(handshakeRequest()),
    Buffer.concat(Array.from({ length: 50 }, () => textFrame("y".repeat(5000)))),
  );
  await pollUntil(() => application.requests.length === 1);
  client.text("last");
  go();
  await client.until(() => client.told.length === 51);
  assert.deepEqual(client.told, [
    ...Array.from({ length: 50 }, () => `text:${"y".repeat(5000)}`),
    "text:last",
  ]);
});

const refused: readonly (readonly [what: string, status: number, ask: HandshakeAsk, message: RegExp])[] = [
  ["no key", 400, { fields: { "Sec-WebSocket-Key": undefined } }, /Sec-WebSocket-Key/],
  ["a short key", 400, { fields: { "Sec-WebSocket-Key": "abc" } }, /Sec-WebSocket-Key/],
  ["Connection without Upgrade", 400, { fields: { Connection: "close" } }, /Upgrade: websocket/],
  ["no Upgrade", 400, { fields: { Upgrade: undefined, Connection: "close" } }, /Upgrade: websocket/],
  [
    "another protocol",
    400,
    { fields: { Upgrade: "h2c", Connection: "Upgrade, close" } },
    /Upgrade: websocket/,
  ],
  ["version 8", 426, { fields: { "Sec-WebSocket-Version": "8" } }, /13/],
  ["no version", 426, { fields: { "Sec-WebSocket-Version": undefined } }, /13/],
  ["another subprotocol", 400, { fields: { "Sec-WebSocket-Protocol": "mqtt" } }, /subito\.v1/],
  ["a body", 400, { fields: { "Content-Length": "3" } }, /no body/],
  ["two tokens", 400, { path: "/ws?token=a", fields: { Authorization: "b" } }, /not in both/],
  ["a wrong token", 401, { path: "/ws?token=wrong" }, /The token is wrong/],
  ["a fault of ours", 500, { fields: { Authorization: "broken" } }, /Internal error/],
  ["a page from elsewhere", 403, { fields: { Origin: "https://evil.example" } }, /evil\.example/],
];

test("what is refused gets a status and a JSON body, and its connection is closed", async (t) => {
  const { server } = await start(t);
  for (const [what, status, ask, message] of refused) {
    const client = await shake(t, server, ask);
    assert.match(client.head, new RegExp(`^HTTP/1\\.1 ${status} `), what);
    await client.untilClosed();
    const body = JSON.parse(client.body) as { code: string; message: string };
    assert.match(body.message, message, what);
    assert.notEqual(body.code, "");
    if (status === 426) assert.match(client.head, /sec-websocket-version: 13\r\n/);
  }
  const metrics = await readMetrics(server);
  const count = (reason: string) => metrics.get(`subito_websockets_refused_total{reason="${reason}"}`);
  assert.deepEqual(["bad_request", "credentials", "origin", "other"].map(count), [7, 1, 1, 1]);
  assert.equal((await askHttp(server, "/ws")).status, 400);
  assert.equal((await askHttp(server, "/ws", { body: "x" })).status, 400);
  assert.equal((await askHttp2(openHttp2(t, server), "/ws")).status, 400);
});

test("pages of allowed origins come in; a list lets in no other", async (t) => {
  const { server } = await start(t, { flags: { "allowed-origins": "https://app.example" } });
  const status = async (origin: string) =>
    (await shake(t, server, { fields: { Origin: origin } })).head.slice(9, 12);
  assert.equal(await status("https://app.example"), "101");
  assert.equal(await status("http://localhost"), "403");
  assert.equal(await status("null"), "403");
});

test("requests that ask for other protocols, or for this one elsewhere, are answered as if they had not", async (t) => {
  const { server } = await start(t);
  const head = "GET /livez HTTP/1.1\r\nhost: localhost\r\nconnection: close, upgrade\r\n";
  for (const wish of ["upgrade: h2c\r\nhttp2-settings: AAMAAABk\r\n", "upgrade: websocket\r\n"])
    assert.match(await exchange(t, server, `${head}${wish}\r\n`), /^HTTP\/1\.1 200 /);
  const post = "POST /topics/default/t HTTP/1.1\r\nhost: localhost\r\ncontent-length: 5\r\n";
  const publish = `${post}connection: close, upgrade, http2-settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABk\r\n\r\nhello`;
  assert.match(await exchange(t, server, publish), /^HTTP\/1\.1 204 /);
  await exchange(t, server, "CONNECT evil.example:443 HTTP/1.1\r\nhost: evil.example:443\r\n\r\n");
});

test("a handshake on a connection that has served a request", async (t) => {
  const { server } = await start(t);
  const client = await open(t, server);
  client.send(Buffer.from("GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n"));
  await client.until(() => client.head !== "");
  client.head = "";
  await client.handshake();
  await client.until(() => client.head.includes("101"));
});

test("an address has so many sockets, and one more when one is closed", async (t) => {
  const { server } = await start(t, { flags: { "web-sockets-per-address": "2" } });
  const first = await shake(t, server);
  await shake(t, server);
  const third = await shake(t, server);
  assert.match(third.head, /^HTTP\/1\.1 429 /);
  assert.match(third.body, /ResourceExhausted/);
  first.close();
  await first.untilClosed();
  await pollUntil(async () => (await shake(t, server)).head.startsWith("HTTP/1.1 101 "));
});

const bad: readonly (readonly [what: string, frames: readonly Uint8Array[], close: string, fault: string])[] =
  [
    ["an unmasked frame", [clientFrame(1, "a", { key: undefined })], "1002", "protocol"],
    ["a huge length", [clientFrame(2, "", { length: length64(1n << 40n) })], "1009", "message_too_big"],
    ["bad UTF-8", [clientFrame(1, Buffer.from([0xc0, 0x80]))], "1007", "bad_text"],
    ["a bad close code", [clientFrame(8, closePayload(1006))], "1002", "protocol"],
    ["half a close code", [clientFrame(8, "x")], "1002", "protocol"],
    [
      "a reason that is no UTF-8",
      [clientFrame(8, closePayload(1000, Buffer.from([0xff])))],
      "1007",
      "bad_text",
    ],
    ["a frame of no kind", [clientFrame(5)], "1002", "protocol"],
    ["compression that was not agreed", [deflatedFrame(1, "a")], "1002", "protocol"],
    ["a flood of PINGs", Array.from({ length: 20_000 }, () => clientFrame(9)), "1008", "too_many_frames"],
  ];

test("who breaks the protocol is told by a Close frame and cut; the others are served", async (t) => {
  const { server } = await start(t);
  const good = await shake(t, server);
  for (const [what, frames, code, fault] of bad) {
    const name = `subito_websocket_faults_total{fault="${fault}"}`;
    const before = (await readMetrics(server)).get(name) ?? NaN;
    const client = await shake(t, server);
    client.send(...frames);
    await client.untilClosed();
    assert.match(client.told.at(-1) ?? "", new RegExp(`^close:${code} \\w`), what);
    assert.equal((await readMetrics(server)).get(name), before + 1, what);
  }
  good.text("still here");
  assert.equal(await good.next(), "text:still here");
});

test("frames behind a Close frame are not heard; a closing application is answered", async (t) => {
  const { server, application } = await start(t);
  const client = await shake(t, server);
  client.send(clientFrame(8, closePayload(3000, "done")), textFrame("late"));
  await client.untilClosed();
  assert.deepEqual(client.told, ["close:3000 "]);
  const told = await shake(t, server);
  told.text("bye");
  assert.equal(await told.next(), "close:4000 bye");
  told.close(4000);
  await told.untilClosed();
  assert.equal(application.closed, 2);
});

test("a peer that reads nothing is not read from, and holds little, while others are served", async (t) => {
  const { server } = await start(t);
  const deaf = await shake(t, server);
  deaf.transport.pause();
  for (let i = 0; i < 500; i++) deaf.text("flood");
  const outbox = async () => (await readMetrics(server)).get("subito_outbox_bytes") ?? 0;
  await pollUntil(async () => (await outbox()) > 0);
  const good = await shake(t, server);
  good.text("hello");
  assert.equal(await good.next(), "text:hello");
  // 500 answers are 300 MB.
  assert.ok((await outbox()) < 20_000_000);
  deaf.transport.destroy();
  await pollUntil(async () => (await outbox()) === 0);
});

test("a peer that only half closes is closed", async (t) => {
  const { server, application } = await start(t);
  const client = await shake(t, server);
  client.transport.end();
  await client.untilClosed();
  await pollUntil(() => application.closed === 1);
});

test("compression goes both ways where it is on and offered; a bomb ends its socket", async (t) => {
  const { server } = await start(t, { flags: { "websocket-compression": "on" } });
  const client = await open(t, server);
  const fields = { "Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits" };
  const head = await client.handshake({ fields });
  assert.match(
    head,
    /extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover\r\n/,
  );
  const long = "abc ".repeat(5000);
  client.send(deflatedFrame(1, long));
  assert.equal(await client.next(), `text:${long}`);
  client.text("plain");
  assert.equal(await client.next(), "text:plain");
  client.send(deflatedFrame(1, Buffer.alloc(100_000_000, "x")));
  assert.match(await client.next(), /^close:1009 /);
  const plain = await shake(t, server);
  assert.doesNotMatch(plain.head, /extensions/);
});

test("over TLS the same is served", async (t) => {
  const application = new EchoApplication();
  const server = await startTlsServer(t, { overrides: { webSockets: application } });
  const socket = connectTls({
    port: server.tlsPort,
    host: "127.0.0.1",
    ca: server.ca,
    servername: "localhost",
  });
  t.after(() => socket.destroy());
  await once(socket, "secureConnect");
  const client = new RawWebSocketClient(socket);
  await client.handshake();
  const big = "x".repeat(1_000_000);
  client.text(big);
  assert.equal(await client.next(), `text:${big}`);
  for (let i = 0; i < 100; i++) client.text(`${i}`);
  await client.until(() => client.told.length === 100);
  assert.deepEqual(
    client.told.splice(0),
    Array.from({ length: 100 }, (_, i) => `text:${i}`),
  );
  client.close();
  assert.equal(await client.next(), "close:1000 ");
  await client.untilClosed();
});

test("at the end of the server each is told, who answers is closed in order, and who does not is cut", async (t) => {
  const { server, application } = await start(t, { flags: { "shutdown-grace-ms": "300" } });
  const polite = await shake(t, server);
  const rude = await shake(t, server);
  let go = (): void => undefined;
  application.gate = new Promise((resolve) => (go = resolve));
  const waiting = await open(t, server);
  waiting.send(Buffer.from(handshakeRequest()));
  await pollUntil(() => application.requests.length === 3);
  const closed = server.close();
  assert.equal(await polite.next(), "close:1001 The server is shutting down.");
  polite.close(1001);
  await polite.untilClosed();
  assert.equal(await rude.next(), "close:1001 The server is shutting down.");
  go();
  await waiting.untilClosed();
  assert.match(waiting.head, /^HTTP\/1\.1 503 /);
  await closed;
  await rude.untilClosed();
  assert.equal(application.closed, 2);
});

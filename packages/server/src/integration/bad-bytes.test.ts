// Bytes that are no request of ours on the one port: each is answered or cut, and a connection beside it is served on.

import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { readMetrics } from "../testing/metrics.js";
import { PING_PATH, callGrpc, publishGrpc, subscribeGrpc } from "../testing/grpc-client.js";
import {
  type TestServer,
  askHttp,
  connectRaw,
  exchange,
  openHttp2,
  startTestServer,
} from "../testing/running-server.js";

const PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const EMPTY_SETTINGS = "\0\0\0\x04\0\0\0\0\0";
const place = { cacheName: "default", topic: "beside" };

/** Starts a server with a subscription, runs `disturb`, and holds that the subscription and new connections go on. */
async function beside(
  t: TestContext,
  flags: Record<string, string>,
  disturb: (server: TestServer) => Promise<void>,
): Promise<void> {
  const server = await startTestServer(t, { flags });
  const session = openHttp2(t, server);
  const subscription = subscribeGrpc(session, place);
  await subscription.until(() => subscription.messages.length > 0);
  await disturb(server);
  assert.equal((await publishGrpc(session, place, "still here")).status, 0);
  await subscription.until(() => subscription.texts().includes("still here"));
  assert.equal((await askHttp(server, "/livez")).status, 200);
  assert.equal((await callGrpc(openHttp2(t, server), PING_PATH, Buffer.alloc(5))).status, 0);
}

test("garbage is cut", async (t) => {
  await beside(t, {}, async (server) => {
    for (const garbage of [
      "\0\x01\x02\x03",
      "\xff\xfe",
      "hello there\n",
      "*1\r\n$4\r\nPING\r\n",
      "SSH-2.0-x\r\n",
      "\x16\x04",
    ]) {
      assert.equal(await exchange(t, server, Buffer.from(garbage, "latin1")), "", JSON.stringify(garbage));
    }
    assert.equal(await exchange(t, server, "a".repeat(10_000)), "");
  });
});

test("a TLS handshake on the plain port is cut", async (t) => {
  await beside(t, {}, async (server) => {
    const clientHello = Buffer.concat([Buffer.from("1603010200010001fc0303", "hex"), Buffer.alloc(502, 7)]);
    assert.equal(await exchange(t, server, clientHello), "");
  });
});

test("a preface that stops half-way, or a connection that says nothing, is cut when its time is up", async (t) => {
  await beside(t, { "preface-timeout-ms": "100" }, async (server) => {
    for (const half of ["", "P", PREFACE.slice(0, 10), PREFACE.slice(0, 20), "GE", "\x16"]) {
      await exchange(t, server, Buffer.from(half, "latin1"));
    }
  });
});

test("a preface with a wrong end, and a frame that breaks the protocol, are answered by GOAWAY", async (t) => {
  await beside(t, {}, async (server) => {
    const bad = [
      `${PREFACE.slice(0, 18)}XX\r\n\r\n`,
      // DATA on stream 0; HEADERS on an even stream; a frame of 16 MiB; no SETTINGS first.
      `${PREFACE}${EMPTY_SETTINGS}\0\0\x01\0\0\0\0\0\0x`,
      `${PREFACE}${EMPTY_SETTINGS}\0\0\x01\x01\x05\0\0\0\x02\x82`,
      `${PREFACE}${EMPTY_SETTINGS}\xff\xff\xff\0\0\0\0\0\x01`,
      `${PREFACE}\0\0\x08\x06\0\0\0\0\x0012345678`,
    ];
    for (const bytes of bad) {
      const connection = await connectRaw(t, server);
      connection.socket.write(Buffer.from(bytes, "latin1"));
      const types = toFrameTypes(await connection.closed());
      assert.equal(types.at(-1), 7, JSON.stringify(bytes));
    }
  });
});

function toFrameTypes(bytes: Buffer): number[] {
  const types: number[] = [];
  for (let at = 0; at + 9 <= bytes.length; at += 9 + bytes.readUIntBE(at, 3))
    types.push(bytes.readUInt8(at + 3));
  return types;
}

test("HTTP/1.0 is told which version is needed", async (t) => {
  await beside(t, {}, async (server) => {
    const answer = await exchange(t, server, "GET /livez HTTP/1.0\r\n\r\n");
    assert.match(answer, /^HTTP\/1\.1 505 /);
    assert.match(answer, /HTTP\/1\.1 or HTTP\/2/);
  });
});

test("what begins like HTTP/1.1 and is not is answered by 400", async (t) => {
  await beside(t, {}, async (server) => {
    const bad = [
      "GET /livez HTTP/1.1\r\nhost: x\r\nbad header\r\n\r\n",
      "GET /livez HTTP/1.1\r\n\r\n",
      "BREW /pot HTTP/1.1\r\nhost: x\r\n\r\n",
      "POST /topics/default/x HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n",
      "POST /topics/default/x HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
      "POST /topics/default/x HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    ];
    for (const bytes of bad) assert.match(await exchange(t, server, bytes), /^HTTP\/1\.1 400 /, bytes);
  });
});

test("a request without a Host, or with two, is told so in JSON, counted, and its connection closed", async (t) => {
  await beside(t, {}, async (server) => {
    for (const hosts of ["", "host: localhost\r\nhost: evil.example\r\n"]) {
      const post = `POST /topics/default/x HTTP/1.1\r\n${hosts}content-length: 1\r\n\r\nx`;
      const answer = await exchange(t, server, `${post}GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n`);
      const wanted =
        /^HTTP\/1\.1 400 [^]*application\/json[^]*\{"code":"BadRequest","message":"A request has one header field Host\."\}$/;
      assert.match(answer, wanted);
    }
    assert.equal((await readMetrics(server)).get('subito_http1_errors_total{fault="bad_request"}'), 2);
  });
});

test("wishes for another protocol are not granted, and the request is answered where it can be", async (t) => {
  await beside(t, {}, async (server) => {
    const head = "GET /livez HTTP/1.1\r\nhost: localhost\r\n";
    const close = "connection: close, upgrade\r\n";
    for (const wish of ["upgrade: h2c\r\nhttp2-settings: AAMAAABk\r\n", "upgrade: websocket\r\n"]) {
      assert.match(await exchange(t, server, `${head}${close}${wish}\r\n`), /^HTTP\/1\.1 200 /);
    }
    // The connection ends, since the body is not read.
    const expect = `${head}expect: miracles\r\ncontent-length: 3\r\n\r\n`;
    assert.match(
      await exchange(t, server, `${expect}abc${head}\r\n`),
      /^HTTP\/1\.1 417 [^]*"ExpectationFailed","message":"Nothing but 100-continue[^"]*"\}$/,
    );
    await exchange(t, server, "CONNECT evil.example:443 HTTP/1.1\r\nhost: evil.example:443\r\n\r\n");
  });
});

test("huge headers are refused by 431 in both versions of HTTP, and the HTTP/2 connection is kept", async (t) => {
  await beside(t, {}, async (server) => {
    const huge = "x".repeat(20_000);
    const answer = await exchange(
      t,
      server,
      `GET /livez HTTP/1.1\r\nhost: localhost\r\nx-huge: ${huge}\r\n\r\n`,
    );
    assert.match(answer, /^HTTP\/1\.1 431 /);
    const session = openHttp2(t, server);
    const refused = await callGrpc(session, PING_PATH, Buffer.alloc(5), { "x-huge": huge });
    assert.equal(refused.httpStatus, 431);
    assert.equal((await callGrpc(session, PING_PATH, Buffer.alloc(5))).status, 0);
    // Beyond what a header block may be at all, the connection ends.
    const tooHuge = await callGrpc(session, PING_PATH, Buffer.alloc(5), { "x-huge": "\x01~".repeat(30_000) });
    assert.notEqual(tooHuge.status, 0);
  });
});

test("an HTTP/1.1 request whose headers or body do not come to their end is ended when its time is up", async (t) => {
  const server = await startTestServer(t, {
    limits: { http1HeadersTimeoutMs: 100, http1RequestTimeoutMs: 200 },
  });
  assert.match(await exchange(t, server, "GET /livez HTTP/1.1\r\nhost: local"), /^HTTP\/1\.1 408 /);
  const half = "POST /topics/default/x HTTP/1.1\r\nhost: localhost\r\ncontent-length: 10\r\n\r\nhalf";
  assert.match(await exchange(t, server, half), /^(?:HTTP\/1\.1 408 |$)/);
  assert.equal((await askHttp(server, "/livez")).status, 200);
});

test("a peer that goes away at any moment leaves nothing behind", async (t) => {
  await beside(t, {}, async (server) => {
    const beginnings = [
      "P",
      PREFACE,
      PREFACE + EMPTY_SETTINGS,
      "GET /topics/default/x HTTP/1.1\r\nhost: localhost\r\n\r\n",
      "POST",
    ];
    for (const beginning of beginnings) {
      const connection = await connectRaw(t, server);
      connection.socket.write(Buffer.from(beginning, "latin1"));
      connection.socket.resetAndDestroy();
      await connection.closed();
    }
  });
});

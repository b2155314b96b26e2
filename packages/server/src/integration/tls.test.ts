// TLS over TCP: what is negotiated, what is refused, who may come in, and that all the rest is as on the plaintext port.

import assert from "node:assert/strict";
import { once } from "node:events";
import { join } from "node:path";
import { test } from "node:test";
import { GrpcStream, PUBLISH_PATH, publishGrpc, subscribeGrpc } from "../testing/grpc-client.js";
import { askHttp2, connectRaw, exchange } from "../testing/running-server.js";
import {
  LIVEZ_REQUEST,
  makeCertificates,
  openHttp2Tls,
  openTls,
  readClientPair,
  readToEnd,
  runCert,
  startTlsServer,
} from "../testing/tls.js";

const place = { cacheName: "default", topic: "t" };
const OK = '{"status":"ok"}';
const UNAVAILABLE = 14;
/** So long that a server which waits for it fails by the runner's time limit. */
const longGrace = { "shutdown-grace-ms": "600000" };

test("h2 is preferred by ALPN, http/1.1 is taken, and both serve, over TLS 1.2 and 1.3", async (t) => {
  const server = await startTlsServer(t);
  for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
    const versions = { minVersion: version, maxVersion: version };
    const both = await openTls(t, server, { ...versions, ALPNProtocols: ["http/1.1", "h2"] });
    assert.equal(both.alpnProtocol, "h2");
    assert.equal(both.getProtocol(), version);
    const session = openHttp2Tls(t, server, versions);
    assert.equal((await askHttp2(session, "/livez")).text, OK);

    const http1 = await openTls(t, server, { ...versions, ALPNProtocols: ["http/1.1"] });
    assert.equal(http1.alpnProtocol, "http/1.1");
    http1.write(LIVEZ_REQUEST);
    assert.ok((await readToEnd(http1)).endsWith(OK));
  }
});

test("a client without ALPN is known by its first bytes", async (t) => {
  const server = await startTlsServer(t);
  const http1 = await openTls(t, server);
  assert.equal(http1.alpnProtocol, false);
  http1.write(LIVEZ_REQUEST);
  assert.ok((await readToEnd(http1)).endsWith(OK));
  const http2 = await openTls(t, server);
  http2.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0", "latin1");
  const [first] = (await once(http2, "data")) as [Buffer];
  assert.equal(first[3], 4, "its first frame is SETTINGS");
});

test("TLS 1.1 and ciphers without forward secrecy are refused", async (t) => {
  const server = await startTlsServer(t);
  // Clients of today refuse TLS 1.1 themselves unless they are told not to.
  const old = { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "ALL:@SECLEVEL=0" } as const;
  await assert.rejects(openTls(t, server, old), /protocol version/);
  const weak = { maxVersion: "TLSv1.2", ciphers: "AES128-GCM-SHA256:AES128-SHA" } as const;
  await assert.rejects(openTls(t, server, weak), /handshake failure/);
});

test("a session ticket spares the second handshake", async (t) => {
  const server = await startTlsServer(t);
  const first = await openTls(t, server);
  first.write(LIVEZ_REQUEST);
  const [session] = (await once(first, "session")) as [Buffer];
  const second = await openTls(t, server, { session });
  assert.ok(second.isSessionReused());
});

test("large bodies go in and out whole, over both versions of HTTP", async (t) => {
  const server = await startTlsServer(t);
  const subscriber = openHttp2Tls(t, server);
  const subscription = subscribeGrpc(subscriber, place);
  await subscription.until(() => subscription.messages.length > 0);
  const item = "0123456789abcdef".repeat(65_536);
  const session = openHttp2Tls(t, server);
  for (let i = 0; i < 3; i++) assert.equal((await publishGrpc(session, place, item)).status, 0);
  await subscription.until(() => subscription.texts().length === 3);
  assert.ok(subscription.texts().every((text) => text === item));

  const http1 = await openTls(t, server, { ALPNProtocols: ["http/1.1"] });
  http1.write(
    "GET /topics/default/t?sequence_number=1 HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n",
  );
  const answer = await readToEnd(http1);
  assert.match(answer, /^HTTP\/1\.1 200 /);
  assert.ok(answer.includes(item));
});

test("with --tls-client-ca only clients with a certificate of that CA come in", async (t) => {
  const certificates = await makeCertificates(t);
  runCert(certificates, "--client", "operator");
  const others = await makeCertificates(t, "--client", "operator");
  const flags = { "tls-client-ca": join(certificates, "ca.pem") };
  const server = await startTlsServer(t, { certificates, flags });

  const session = openHttp2Tls(t, server, readClientPair(certificates));
  assert.equal((await askHttp2(session, "/livez")).text, OK);
  for (const bad of [{}, readClientPair(others)]) {
    // With TLS 1.3 the client is done before the server has looked at its certificate: the refusal comes after.
    const socket = await openTls(t, server, bad);
    socket.write(LIVEZ_REQUEST);
    assert.equal(await readToEnd(socket), "");
    await assert.rejects(openTls(t, server, { ...bad, maxVersion: "TLSv1.2" }));
  }
  assert.ok(server.log.count(/brought no certificate/) > 0);
});

test("plaintext that comes to the TLS port, and TLS that comes to the plaintext port, are told of in the log", async (t) => {
  const server = await startTlsServer(t);
  for (let i = 0; i < 3; i++) {
    assert.match(await exchange(t, { port: server.tlsPort }, LIVEZ_REQUEST), /^HTTP\/1\.1 400 /);
  }
  const line = await server.log.until(/a plaintext request came to the TLS port/);
  assert.equal(line.level, "warn");
  await assert.rejects(openTls(t, { tlsPort: server.port, ca: server.ca }));
  await server.log.until(/a TLS handshake came to the plaintext port/);
});

test("a handshake that takes too long is cut, wherever it stands; so is a client that then says nothing", async (t) => {
  const server = await startTlsServer(t, { flags: { "preface-timeout-ms": "100" } });
  const tls = { port: server.tlsPort };
  const silent = await connectRaw(t, tls);
  const half = await connectRaw(t, tls);
  half.socket.write(Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01]));
  for (const connection of [silent, half]) assert.equal((await connection.closed()).length, 0);
  await server.log.until(/a TLS handshake took too long/);
  assert.equal(await readToEnd(await openTls(t, server)), "");
});

test("who goes away in the middle of a handshake leaves no line in the log", async (t) => {
  const server = await startTlsServer(t);
  const gone = await connectRaw(t, { port: server.tlsPort });
  gone.socket.write(Buffer.from([0x16, 0x03]));
  gone.socket.end();
  await gone.closed();
  assert.equal(server.log.count(/handshake/), 0);
});

test("requests over TLS may name https in their target", async (t) => {
  const server = await startTlsServer(t);
  const socket = await openTls(t, server);
  socket.write("GET https://localhost/livez HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
  assert.ok((await readToEnd(socket)).endsWith(OK));
});

test("API keys carry what SDKs can use with the certificate, or what --endpoint says", async (t) => {
  const certificates = await makeCertificates(t, "--endpoint", "cell-1.example.test");
  const endpointOf = async (flags: Record<string, string>): Promise<string> => {
    const server = await startTlsServer(t, { certificates, flags });
    const json = Buffer.from(server.firstApiKey ?? "", "base64").toString();
    const { endpoint } = JSON.parse(json) as { endpoint: string };
    return endpoint.replace(`:${server.tlsPort}`, ":TLS_PORT");
  };
  assert.equal(await endpointOf({}), "cell-1.example.test:TLS_PORT");
  assert.equal(await endpointOf({ endpoint: "other.test" }), "other.test");
});

test("shutdown ends subscriptions, finishes calls and cuts handshakes, over TLS too", async (t) => {
  const server = await startTlsServer(t, { flags: longGrace });
  const session = openHttp2Tls(t, server);
  const subscription = subscribeGrpc(session, place);
  await subscription.until(() => subscription.messages.length > 0);
  const silent = await connectRaw(t, { port: server.tlsPort });
  const secured = await openTls(t, server);
  const kept = await openTls(t, server, { ALPNProtocols: ["http/1.1"] });
  kept.write("GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n");
  await once(kept, "data");
  const ends = [readToEnd(secured), readToEnd(kept)];
  await server.close();
  assert.equal((await subscription.end).status, UNAVAILABLE);
  await silent.closed();
  await Promise.all(ends);
});

test("who does not come to an end over TLS is cut when the grace is over", async (t) => {
  const server = await startTlsServer(t, { flags: { "shutdown-grace-ms": "100" } });
  const session = openHttp2Tls(t, server);
  const call = new GrpcStream(session, PUBLISH_PATH, {});
  call.stream.write(Buffer.alloc(3));
  assert.equal((await askHttp2(session, "/livez")).status, 200);
  await server.close();
  assert.equal((await call.end).status, undefined);
});

test("the plaintext port can be left out", async (t) => {
  const server = await startTlsServer(t, { flags: { port: "none" } });
  assert.equal(server.url, undefined);
  assert.equal(server.tlsUrl, `https://127.0.0.1:${server.tlsPort}`);
  assert.equal((await askHttp2(openHttp2Tls(t, server), "/livez")).text, OK);
});

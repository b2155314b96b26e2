// Who is turned away at the TLS port: by which log line, which counter, and with which answer.

import assert from "node:assert/strict";
import { connect } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { readMetrics } from "../testing/metrics.js";
import { pollUntil } from "../testing/poll-until.js";
import { askHttp2, connectRaw, exchange } from "../testing/running-server.js";
import {
  LIVEZ_REQUEST,
  type TlsTestServer,
  makeCertificates,
  openHttp2Tls,
  openTls,
  readClientPair,
  readToEnd,
  runCert,
  startTlsServer,
} from "../testing/tls.js";

/** The header of a TLS record whose rest never comes. */
const RECORD_START = Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01]);

async function refusals(server: TlsTestServer, reason: string): Promise<number | undefined> {
  return (await readMetrics(server)).get(`subito_connections_refused_total{reason="${reason}"}`);
}

test("a client certificate of another CA is refused with a log line that says why and who, and counted", async (t) => {
  const certificates = await makeCertificates(t);
  const flags = { "tls-client-ca": join(certificates, "ca.pem") };
  const stranger = readClientPair(await makeCertificates(t, "--client", "operator"));
  const server = await startTlsServer(t, { certificates, flags });
  // Its handshake is under way meanwhile: nothing is said of it.
  await connectRaw(t, { port: server.tlsPort });

  const elsewhere = connect({ port: server.tlsPort, host: "127.0.0.1", localAddress: "127.0.0.2" });
  const socket = await openTls(t, server, { ...stranger, socket: elsewhere });
  socket.write(LIVEZ_REQUEST);
  assert.equal(await readToEnd(socket), "");
  const { level, fields } = await server.log.until(/a client certificate was refused/);
  assert.deepEqual({ level, fields }, { level: "warn", fields: refusedFields("127.0.0.2") });
  assert.equal(await refusals(server, "client_certificate"), 1);

  await assert.rejects(openTls(t, server, { ...stranger, maxVersion: "TLSv1.2" }));
  await pollUntil(async () => (await refusals(server, "client_certificate")) === 2);
  assert.equal(await refusals(server, "tls_handshake"), 0);
});

function refusedFields(peer: string): Record<string, string> {
  return { peer, code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" };
}

test("a missing client certificate, and a handshake that fails otherwise, are told and counted apart", async (t) => {
  const certificates = await makeCertificates(t);
  runCert(certificates, "--client", "operator");
  const flags = { "tls-client-ca": join(certificates, "ca.pem") };
  const server = await startTlsServer(t, { certificates, flags });
  await readToEnd(await openTls(t, server));
  const { fields } = await server.log.until(/a client brought no certificate/);
  assert.equal(fields["peer"], "127.0.0.1");
  assert.equal(await refusals(server, "client_certificate"), 1);

  const weak = { maxVersion: "TLSv1.2", ciphers: "AES128-SHA" } as const;
  await assert.rejects(openTls(t, server, { ...readClientPair(certificates), ...weak }));
  await server.log.until(/a TLS handshake failed/);
  assert.equal(await refusals(server, "tls_handshake"), 1);
});

test("plain HTTP that comes to the TLS port is answered: this port speaks TLS", async (t) => {
  const server = await startTlsServer(t);
  const body = "x".repeat(1000);
  for (const request of [LIVEZ_REQUEST, `POST ${LIVEZ_REQUEST.slice(4)}${body}`]) {
    const answer = await exchange(t, { port: server.tlsPort }, request);
    const [head = "", json = ""] = answer.split("\r\n\r\n");
    assert.match(head, /^HTTP\/1\.1 400 Bad Request\r\n/);
    assert.match(head, new RegExp(`\r\ncontent-length: ${json.length}\r\nconnection: close$`));
    assert.deepEqual(JSON.parse(json), {
      code: "BadRequest",
      message: "This port speaks TLS: begin the URL with https://.",
    });
  }
  // A client of HTTP/2 would take it for a broken frame.
  const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  assert.equal(await exchange(t, { port: server.tlsPort }, preface), "");
  assert.equal(await refusals(server, "plaintext_on_tls"), 3);
});

test("handshakes under way are limited: who comes beyond is closed at once and counted, and room is made by each that ends", async (t) => {
  const server = await startTlsServer(t, { limits: { tlsHandshakesMax: 3 } });
  const tls = { port: server.tlsPort };
  const stalled = await Promise.all([1, 2, 3].map(() => connectRaw(t, tls)));
  for (const { socket } of stalled) socket.write(RECORD_START);
  await pollUntil(async () => (await readMetrics(server)).get('subito_connections{protocol="untold"}') === 3);
  await assert.rejects(openTls(t, server));
  assert.equal(await refusals(server, "tls_handshakes_max"), 1);
  await server.log.until(/connections are refused/);

  stalled[0]?.socket.destroy();
  await pollUntil(async () => (await readMetrics(server)).get('subito_connections{protocol="untold"}') === 2);
  // Those that are done take none of the places.
  for (let i = 0; i < 5; i++) {
    assert.equal((await askHttp2(openHttp2Tls(t, server), "/livez")).status, 200);
  }
  assert.equal(await refusals(server, "tls_handshakes_max"), 1);
});

test("one address has no more than its share of the handshakes under way", async (t) => {
  const server = await startTlsServer(t, { limits: { tlsHandshakesPerAddressMax: 2 } });
  const stalled = await Promise.all([1, 2].map(() => connectRaw(t, { port: server.tlsPort })));
  for (const { socket } of stalled) socket.write(RECORD_START);
  await pollUntil(async () => (await readMetrics(server)).get('subito_connections{protocol="untold"}') === 2);
  await assert.rejects(openTls(t, server));
  assert.equal(await refusals(server, "tls_handshakes_per_address_max"), 1);
  const elsewhere = connect({ port: server.tlsPort, host: "127.0.0.1", localAddress: "127.0.0.2" });
  (await openTls(t, server, { socket: elsewhere })).destroy();
  stalled[0]?.socket.destroy();
  await pollUntil(async () => (await readMetrics(server)).get('subito_connections{protocol="untold"}') === 1);
  for (let i = 0; i < 3; i++) {
    assert.equal((await askHttp2(openHttp2Tls(t, server), "/livez")).status, 200);
  }
});

test("a handshake that takes too long is counted with the connections that do not say what they speak", async (t) => {
  const server = await startTlsServer(t, { flags: { "preface-timeout-ms": "100" } });
  const half = await connectRaw(t, { port: server.tlsPort });
  half.socket.write(RECORD_START);
  await half.closed();
  assert.equal(await refusals(server, "preface_timeout"), 1);
});

// The orderly end of a whole server: what is told to whom, and that nobody can hold it up.

import assert from "node:assert/strict";
import { Agent, get } from "node:http";
import { test } from "node:test";
import { PUBLISH_PATH, GrpcStream, publishGrpc, subscribeGrpc, toBody } from "../testing/grpc-client.js";
import { _PublishRequestSchema } from "@subito/wire/cachepubsub";
import { createPollCounter } from "../testing/poll-counter.js";
import { askHttp, askHttp2, connectRaw, openHttp2, startTestServer } from "../testing/running-server.js";
import { createRecordingLogger } from "../testing/recording-logger.js";
import { createTestDirectory } from "../testing/test-directory.js";

const UNAVAILABLE = 14;
const place = { cacheName: "default", topic: "t" };
/** So long that a server which waits for it fails by the runner's time limit. */
const longGrace = { "shutdown-grace-ms": "600000" };

test("subscriptions end with UNAVAILABLE in their trailers, after what was published before", async (t) => {
  const server = await startTestServer(t, { flags: longGrace });
  const session = openHttp2(t, server);
  const subscription = subscribeGrpc(session, place);
  await subscription.until(() => subscription.messages.length > 0);
  assert.equal((await publishGrpc(session, place, "last words")).status, 0);
  await server.close();
  const end = await subscription.end;
  assert.equal(end.httpStatus, 200);
  assert.equal(end.status, UNAVAILABLE);
  assert.deepEqual(subscription.texts(), ["last words"]);
});

test("HTTP/2 peers get GOAWAY in two steps, without an error, and are closed", async (t) => {
  const server = await startTestServer(t, { flags: longGrace });
  const connection = await connectRaw(t, server);
  connection.socket.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0", "latin1");
  await connection.until((received) => received.length > 9);
  await server.close();
  const goaways: { lastStream: number; code: number }[] = [];
  const bytes = await connection.closed();
  for (let at = 0; at + 9 <= bytes.length; at += 9 + bytes.readUIntBE(at, 3)) {
    if (bytes[at + 3] !== 7) continue;
    goaways.push({ lastStream: bytes.readUInt32BE(at + 9), code: bytes.readUInt32BE(at + 13) });
  }
  assert.deepEqual(goaways, [
    { lastStream: 2 ** 31 - 1, code: 0 },
    { lastStream: 0, code: 0 },
  ]);
});

test("a call under way is finished; the connection it came on takes no other", async (t) => {
  const server = await startTestServer(t, { flags: longGrace });
  const session = openHttp2(t, server);
  const call = new GrpcStream(session, PUBLISH_PATH, {});
  const value = { kind: { case: "text" as const, value: "x" } };
  const body = toBody(_PublishRequestSchema, { ...place, value });
  call.stream.write(body.subarray(0, 8));
  // An answer on the same connection shows that the beginning of the call has come.
  assert.equal((await askHttp2(session, "/livez")).status, 200);
  const goaway = new Promise<void>((resolve) => session.once("goaway", () => resolve()));
  const closed = server.close();
  await goaway;
  call.stream.end(body.subarray(8));
  assert.equal((await call.end).status, 0);
  await closed;
});

test("long polls under way are answered, over both versions of HTTP, and nothing is kept alive after", async (t) => {
  const polls = createPollCounter();
  const server = await startTestServer(t, { flags: longGrace, ...polls.options });
  const session = openHttp2(t, server);
  const agent = new Agent({ keepAlive: true });
  t.after(() => agent.destroy());
  const poll1 = new Promise<{ status: number | undefined; connection: string | undefined }>(
    (resolve, reject) => {
      get({ port: server.port, host: "127.0.0.1", path: "/topics/default/t", agent }, (response) => {
        response.resume();
        response.on("end", () =>
          resolve({ status: response.statusCode, connection: response.headers.connection }),
        );
      }).on("error", reject);
    },
  );
  const poll2 = askHttp2(session, "/topics/default/t");
  const raw = await connectRaw(t, server);
  const request = "GET /topics/default/t HTTP/1.1\r\nhost: localhost\r\n\r\n";
  raw.socket.write(request + request);
  await polls.reached(3);
  await server.close();
  assert.equal((await poll2).status, 503);
  assert.deepEqual(await poll1, { status: 503, connection: "close" });
  assert.match((await raw.closed()).toString("latin1"), /^HTTP\/1\.1 503 /);
});

test("connections that are only kept alive, or have said nothing yet, do not hold it up", async (t) => {
  const server = await startTestServer(t, { flags: longGrace });
  const silent = await connectRaw(t, server);
  const half = await connectRaw(t, server);
  half.socket.write("PRI * HT");
  const kept = await connectRaw(t, server);
  kept.socket.write("GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n");
  await kept.until((received) => received.includes('{"status":"ok"}'));
  await server.close();
  for (const connection of [silent, half, kept]) await connection.closed();
});

test("who does not come to an end is cut when the grace is over, and the log says how many", async (t) => {
  const log = createRecordingLogger();
  const server = await startTestServer(t, { flags: { "shutdown-grace-ms": "100" }, overrides: { log } });
  const session = openHttp2(t, server);
  const call = new GrpcStream(session, PUBLISH_PATH, {});
  call.stream.write(Buffer.alloc(3));
  const request = await connectRaw(t, server);
  request.socket.write("POST /topics/default/t HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\nabc");
  assert.equal((await askHttp2(session, "/livez")).status, 200);
  await server.close();
  assert.equal((await call.end).status, undefined);
  await request.closed();
  const { level, fields } = await log.until(/grace is over/);
  assert.equal(level, "warn");
  assert.equal((fields["connections"] as Record<string, number>)["http2"], 1);
});

test("subscribers that read nothing are cut too, and counted", async (t) => {
  const log = createRecordingLogger();
  const server = await startTestServer(t, { flags: { "shutdown-grace-ms": "100" }, overrides: { log } });
  const stalled = await connectRaw(t, server);
  stalled.socket.write("GET /sse/default/t HTTP/1.1\r\nhost: localhost\r\n\r\n");
  await stalled.until((received) => received.includes("\r\n\r\n"));
  stalled.socket.pause();
  // More than sockets hold, so that the end does not get through either.
  const body = Buffer.alloc(1_000_000);
  for (let i = 0; i < 10; i++) {
    assert.equal((await askHttp(server, "/topics/default/t", { body })).status, 204);
  }
  await server.close();
  const { fields } = await log.until(/grace is over/);
  assert.deepEqual(fields["connections"], { http2: 0, http1: 1, websocket: 0, untold: 0 });
  stalled.socket.resume();
  await stalled.closed();
  assert.equal(log.count(/grace is over/), 1);
});

test("a closed server is gone: its port and its directory can be had again at once", async (t) => {
  const dataDir = await createTestDirectory(t);
  const first = await startTestServer(t, { flags: { "data-dir": dataDir } });
  const { port } = first;
  await Promise.all([first.close(), first.close()]);
  await assert.rejects(connectRaw(t, { port }));
  const second = await startTestServer(t, { flags: { "data-dir": dataDir, port: String(port) } });
  assert.equal((await askHttp(second, "/livez")).status, 200);
});

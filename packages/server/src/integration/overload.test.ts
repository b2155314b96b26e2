// Past each cap new work is refused cheaply, with the right code and a counter, while what is there already keeps its service;
// and when the pressure is gone, so is the refusal.

import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { type TestContext, test } from "node:test";
import { type Machine, systemMachine } from "../kernel/machine.js";
import { PING_PATH, callGrpc, publishGrpc, subscribeGrpc } from "../testing/grpc-client.js";
import { readMetrics } from "../testing/metrics.js";
import { pollUntil } from "../testing/poll-until.js";
import { createRecordingLogger } from "../testing/recording-logger.js";
import {
  type TestServer,
  askHttp,
  connectRaw,
  openHttp2,
  startTestServer,
} from "../testing/running-server.js";

const place = { cacheName: "default", topic: "witness" };
const MIB = 1024 * 1024;

/** A subscription that was there before, and all that is published to it. */
async function openWitness(t: TestContext, server: TestServer) {
  const session = openHttp2(t, server);
  const stream = subscribeGrpc(session, place);
  await stream.until(() => stream.messages.length > 0);
  const published: string[] = [];
  return {
    session,
    stream,
    async tell(): Promise<void> {
      published.push(`item ${published.length + 1}`);
      assert.equal((await publishGrpc(session, place, published.at(-1) as string)).status, 0);
      await stream.until(() => stream.texts().length === published.length);
      assert.deepEqual(stream.texts(), published);
    },
  };
}

/** Connects, and resolves to whether the server kept the connection: it answers a request on it, or resets it. */
async function isTaken(server: TestServer): Promise<boolean> {
  return askHttp(server, "/livez").then(
    ({ status }) => status === 200,
    (error: unknown) => {
      assert.equal((error as NodeJS.ErrnoException).code, "ECONNRESET");
      return false;
    },
  );
}

test("connections beyond the cap are reset and counted; the others go on; a place that gets free is given out", async (t) => {
  const server = await startTestServer(t, { flags: { "connections-max": "4" } });
  const witness = await openWitness(t, server);
  const held = await Promise.all([1, 2, 3].map(() => connectRaw(t, server)));
  await pollUntil(async () => !(await isTaken(server)));
  await witness.tell();
  assert.equal(await isTaken(server), false);
  await witness.tell();
  held[0]?.socket.destroy();
  await pollUntil(() => isTaken(server));
  held[1]?.socket.destroy();
  await pollUntil(() => isTaken(server));
  const metrics = await readMetrics(server);
  assert.ok((metrics.get('subito_connections_refused_total{reason="connections_max"}') ?? 0) >= 2);
  await witness.tell();
});

test("where descriptors are few, fewer connections are taken: a warning where their number was chosen, else a remark", async (t) => {
  const machine = Object.create(systemMachine, { descriptorsMax: { value: 66 } }) as Machine;
  for (const [flags, level, message] of [
    [{}, "info", /^as many connections are taken as/],
    [{ "connections-max": "100" }, "warn", /^fewer connections are taken than configured/],
    [{ "connections-max": "2" }, undefined, undefined],
  ] as const) {
    const log = createRecordingLogger();
    const server = await startTestServer(t, { flags, overrides: { machine, log } });
    const told = log.lines.filter((line) => /connections are taken/.test(line.message));
    assert.deepEqual(
      told.map((line) => line.level),
      level === undefined ? [] : [level],
    );
    if (message !== undefined) assert.match(told[0]?.message ?? "", message);
    const held = await Promise.all([1, 2].map(() => connectRaw(t, server)));
    await pollUntil(async () => !(await isTaken(server)));
    for (const { socket } of held) socket.destroy();
  }
  const taken = await startTestServer(t);
  const log = createRecordingLogger();
  const flags = { "connections-max": "100", port: String(taken.port) };
  await assert.rejects(startTestServer(t, { flags, overrides: { machine, log } }), { code: "EADDRINUSE" });
  assert.equal(log.count(/connections are taken/), 0);
});

test("connections that come too fast are reset and counted; the others go on; later ones are taken", async (t) => {
  const server = await startTestServer(t, { flags: { "accepts-per-second": "5" } });
  const witness = await openWitness(t, server);
  const taken = await Promise.all(Array.from({ length: 20 }, () => isTaken(server)));
  assert.ok(taken.includes(false), "twenty at once were all taken");
  await witness.tell();
  await pollUntil(() => isTaken(server));
  await pollUntil(async () => {
    const metrics = await readMetrics(server).catch(() => undefined);
    return (metrics?.get('subito_connections_refused_total{reason="accept_rate"}') ?? 0) > 0;
  });
  await witness.tell();
});

test("while memory is short new requests are refused and counted, subscriptions and pings go on; then all is as before", async (t) => {
  let residentBytes = 50 * MIB;
  const machine: Machine = {
    ...{ heapBytesMax: 4096 * MIB, memoryMaxBytes: 1024 * MIB, descriptorsMax: undefined },
    residentBytes: () => residentBytes,
    memory: () => ({ residentBytes, heapBytes: MIB, heapFreeBytes: 0, externalBytes: 0 }),
    cpuSeconds: () => systemMachine.cpuSeconds(),
  };
  const server = await startTestServer(t, {
    flags: { "memory-max-mb": "100", "heartbeat-ms": "100" },
    overrides: { machine },
  });
  const witness = await openWitness(t, server);
  await witness.tell();

  residentBytes = 120 * MIB;
  await pollUntil(async () => (await askHttp(server, "/topics/default/x", { body: "x" })).status === 503);
  const refused = await publishGrpc(witness.session, place, "refused");
  assert.equal(refused.status, 8);
  assert.equal(refused.message, "The server is short of memory; try again later.");
  const subscription = subscribeGrpc(witness.session, { ...place, topic: "new" });
  assert.equal((await subscription.end).status, 8);
  const refusedHttp = await askHttp(server, "/topics/default/x", { body: "x" });
  assert.deepEqual(refusedHttp.json, { code: "Unavailable", message: refused.message });
  // What tells how the server is, and what is there already.
  assert.equal((await askHttp(server, "/livez")).status, 200);
  const readiness = await askHttp(server, "/readyz");
  assert.deepEqual([readiness.status, readiness.json["reason"]], [503, "memory is short"]);
  assert.equal((await callGrpc(witness.session, PING_PATH, Buffer.alloc(5))).status, 0);
  const heartbeats = witness.stream.messages.length;
  await witness.stream.until(() => witness.stream.messages.length > heartbeats);
  const metrics = await readMetrics(server);
  assert.ok((metrics.get('subito_requests_refused_total{reason="memory"}') ?? 0) >= 4);

  residentBytes = 60 * MIB;
  await pollUntil(async () => (await askHttp(server, "/topics/default/x", { body: "x" })).status === 204);
  assert.equal((await askHttp(server, "/readyz")).status, 200);
  await witness.tell();
});

test("subscriptions beyond the cap are refused with the limit by name; a place that gets free is given out", async (t) => {
  const server = await startTestServer(t, { limits: { subscriptionsMax: 2 } });
  const witness = await openWitness(t, server);
  const second = subscribeGrpc(witness.session, place);
  await second.until(() => second.messages.length > 0);
  const refused = await subscribeGrpc(witness.session, place).end;
  assert.equal(refused.status, 8);
  assert.equal(refused.fields["err"], "topic_subscriptions_limit_exceeded");
  // The words by which SDKs tell this limit (wire-contract.md 2.4).
  assert.match(refused.message, /subscribers/);
  assert.equal(
    (await readMetrics(server)).get('subito_requests_refused_total{reason="subscriptions_max"}'),
    1,
  );
  await witness.tell();
  second.stream.close();
  await pollUntil(async () => {
    const third = subscribeGrpc(witness.session, place);
    const isServed = await third
      .until(() => third.messages.length > 0)
      .then(
        () => true,
        () => false,
      );
    third.stream.close();
    return isServed;
  });
});

test("a crowd that publishes all it can does not keep a PING of HTTP/2 waiting", async (t) => {
  const server = await startTestServer(t);
  const witness = await openWitness(t, server);
  const publishers = await Promise.all(
    Array.from({ length: 200 }, async () => {
      const socket = connect({ port: server.port, host: "127.0.0.1" });
      t.after(() => socket.destroy());
      socket.on("error", () => undefined);
      await once(socket, "connect");
      return socket;
    }),
  );
  // Requests over HTTP/1.1, pipelined: more than the server can answer in a turn.
  const request = `POST /topics/default/crowd HTTP/1.1\r\nhost: localhost\r\ncontent-length: 5\r\n\r\nhello`;
  for (const socket of publishers) socket.end(request.repeat(32));
  let pings = 0;
  while (publishers.some((socket) => !socket.destroyed && pings < 1000)) {
    await new Promise<void>((resolve, reject) => {
      witness.session.ping((error, durationMs) => {
        if (error !== null) reject(error);
        // What clients wait for an answer before they call the connection dead (wire-contract.md 1.5).
        else if (durationMs > 1000) reject(new Error(`a PING was answered after ${durationMs} ms`));
        else resolve();
      });
    });
    pings++;
    for (const socket of publishers) socket.resume();
  }
  assert.ok(pings > 0);
  const delay = (await readMetrics(server)).get('subito_event_loop_delay_seconds{quantile="1"}') ?? NaN;
  assert.ok(delay < 1, `the event loop was held for ${delay} s`);
  await witness.tell();
});

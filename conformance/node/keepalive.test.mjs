// Idle clients with their keepalive (a PING every 5 s that must be answered within 1 s) stay connected while another client loads the server.

import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { startProxy, startSubito } from "../harness.mjs";
import {
  assertContiguous,
  assertUndisturbed,
  closeClients,
  createTopicClient,
  defaultCache,
  noDeadlineMs,
  publish,
  subscribe,
  waitForItems,
} from "./clients.mjs";

/** How long nothing is said on the idle subscriptions. */
const idleSeconds = Number(process.env["CONFORMANCE_IDLE_SECONDS"] ?? 200);
const idleSubscriptions = 20;

test(`idle for ${idleSeconds} s beside a loaded topic: no connection is lost, and a message arrives at all`, async () => {
  const server = await startSubito();
  const proxy = await startProxy(server.port);
  // The load has a process of its own: what delays this one would delay the client's keepalive, not the server's answers.
  const load = fork(join(import.meta.dirname, "load.mjs"), [String(server.port), defaultCache, "loaded"], {
    stdio: "inherit",
  });
  try {
    const idleClient = createTopicClient(proxy.port, { deadlineMs: noDeadlineMs });
    const recordings = await Promise.all(
      Array.from({ length: idleSubscriptions }, (_, index) =>
        subscribe(idleClient, defaultCache, `idle-${index % 4}`),
      ),
    );
    // One call on each of the 4 publishing connections, which then stay open without any call.
    await Promise.all(Array.from({ length: 4 }, () => publish(idleClient, defaultCache, "unheard", "hello")));
    const connections = proxy.totalConnections();
    assert.equal(connections, 8);

    await sleep(idleSeconds * 1_000);

    for (const recording of recordings) {
      assert.equal(recording.connectionsLost, 0, recording.describe());
      assert.ok(recording.heartbeats > idleSeconds / 10, recording.describe());
    }
    await Promise.all(
      Array.from({ length: 4 }, (_, index) =>
        publish(idleClient, defaultCache, `idle-${index}`, "good morning"),
      ),
    );
    for (const recording of recordings) {
      await waitForItems(recording, 1);
      assert.deepEqual(recording.values(), ["good morning"]);
      assertContiguous(recording, 1, 1);
      assertUndisturbed(recording);
    }
    assert.equal(proxy.totalConnections(), connections, "the client had to open new connections");
    assert.equal(proxy.openConnections(), connections);

    load.send("stop");
    const [result] = await once(load, "message");
    assert.equal(result.failed, 0, JSON.stringify(result));
    assert.ok(result.published > idleSeconds, JSON.stringify(result));
    assert.ok(result.received > result.published, JSON.stringify(result));
  } finally {
    load.kill("SIGKILL");
    closeClients();
    await proxy.close();
    await server.kill();
  }
});

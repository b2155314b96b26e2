// A subscription that loses its connection goes on where it was: nothing lost within the ring, a named gap beyond it.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { startProxy, startSubito } from "../harness.mjs";
import {
  assertContiguous,
  assertEachOnce,
  assertUndisturbed,
  createTopicClient,
  defaultCache,
  makeTexts,
  noDeadlineMs,
  publish,
  publishAll,
  subscribe,
  unsubscribeAll,
  waitForItems,
  waitForQuiet,
  waitUntil,
} from "./clients.mjs";

/**
 * Publishes every `intervalMs` until stopped; a publish that fails fails the test at `stop()`.
 * @param {import("@gomomento/sdk").TopicClient} client
 * @param {string} topic
 * @param {number} intervalMs
 */
function startTraffic(client, topic, intervalMs) {
  /** @type {string[]} */
  const texts = [];
  /** @type {Promise<void>[]} */
  const publishes = [];
  const timer = setInterval(() => {
    const text = `message-${texts.length}`;
    texts.push(text);
    const done = publish(client, defaultCache, topic, text);
    done.catch(() => {});
    publishes.push(done);
  }, intervalMs);
  return {
    stop: async () => {
      clearInterval(timer);
      await Promise.all(publishes);
      return texts;
    },
  };
}

/**
 * Runs a test body with a server, a proxy in front of it for the subscriber, and one client on each side.
 * @param {{ args?: string[], deadlineMs?: number }} options
 * @param {(parts: {
 *   proxy: import("../harness.mjs").FaultProxy,
 *   publisher: import("@gomomento/sdk").TopicClient,
 *   subscriber: import("@gomomento/sdk").TopicClient,
 * }) => Promise<void>} body
 */
async function withProxy(options, body) {
  const server = await startSubito({ args: options.args ?? [] });
  const proxy = await startProxy(server.port);
  const publisher = createTopicClient(server.port);
  const subscriber = createTopicClient(proxy.port, {
    streams: 1,
    ...(options.deadlineMs === undefined ? {} : { deadlineMs: options.deadlineMs }),
  });
  try {
    await body({ proxy, publisher, subscriber });
    unsubscribeAll(subscriber);
    assert.equal(await server.stop(), 0);
  } finally {
    unsubscribeAll(subscriber);
    await proxy.close();
    await server.kill();
  }
}

describe("resume", { concurrency: 3 }, () => {
  test("connections cut again and again under traffic: nothing lost, nothing twice", async () => {
    await withProxy({}, async ({ proxy, publisher, subscriber }) => {
      const recording = await subscribe(subscriber, defaultCache, "cut");
      const traffic = startTraffic(publisher, "cut", 5);
      for (let round = 0; round < 6; round += 1) {
        await sleep(1_500);
        proxy.cut();
      }
      await sleep(500);
      const texts = await traffic.stop();
      await waitForItems(recording, texts.length);
      await waitForQuiet(recording);
      assert.ok(recording.connectionsLost >= 3, `the cuts went unnoticed: ${recording.describe()}`);
      assertContiguous(recording, 1, texts.length);
      assertEachOnce(recording, texts);
      assertUndisturbed(recording);
    });
  });

  test("a network that swallows everything: the client notices by its keepalive, and nothing is lost", async () => {
    await withProxy({ deadlineMs: noDeadlineMs }, async ({ proxy, publisher, subscriber }) => {
      const recording = await subscribe(subscriber, defaultCache, "black hole");
      const traffic = startTraffic(publisher, "black hole", 50);
      await waitForItems(recording, 5);
      proxy.pause();
      await waitUntil(
        () => recording.connectionsLost > 0,
        () => `the loss of the connection went unnoticed: ${recording.describe()}`,
      );
      await sleep(1_000);
      proxy.resume();
      const seen = recording.items.length;
      await waitForItems(recording, seen + 10);
      const texts = await traffic.stop();
      await waitForItems(recording, texts.length);
      await waitForQuiet(recording);
      assertContiguous(recording, 1, texts.length);
      assertEachOnce(recording, texts);
      assertUndisturbed(recording);
    });
  });

  test("exactly as many messages missed as the ring holds: all are delivered", async () => {
    await withProxy({ args: ["--ring-items", "10"] }, async ({ proxy, publisher, subscriber }) => {
      const recording = await subscribe(subscriber, defaultCache, "within the ring");
      await publishAll(publisher, defaultCache, "within the ring", makeTexts(3, "before"));
      await waitForItems(recording, 3);
      proxy.refuse(true);
      proxy.cut();
      await publishAll(publisher, defaultCache, "within the ring", makeTexts(10, "away"));
      proxy.refuse(false);
      await waitForItems(recording, 13);
      await publish(publisher, defaultCache, "within the ring", "after");
      await waitForItems(recording, 14);
      assert.deepEqual(recording.values(), [...makeTexts(3, "before"), ...makeTexts(10, "away"), "after"]);
      assertContiguous(recording, 1, 14);
      assertUndisturbed(recording);
    });
  });

  test("more messages missed than the ring holds: one discontinuity names the gap, then the retained ones come", async () => {
    await withProxy({ args: ["--ring-items", "10"] }, async ({ proxy, publisher, subscriber }) => {
      const recording = await subscribe(subscriber, defaultCache, "beyond the ring");
      await publishAll(publisher, defaultCache, "beyond the ring", makeTexts(3, "before"));
      await waitForItems(recording, 3);
      proxy.refuse(true);
      proxy.cut();
      await publishAll(publisher, defaultCache, "beyond the ring", makeTexts(50, "away"));
      proxy.refuse(false);
      await waitForItems(recording, 13);
      await publish(publisher, defaultCache, "beyond the ring", "after");
      await waitForItems(recording, 14);

      assert.equal(recording.discontinuities.length, 1, recording.describe());
      const [gap] = recording.discontinuities;
      assert.equal(gap?.itemsBefore, 3, recording.describe());
      assert.equal(gap?.last, 3, recording.describe());
      assert.equal(gap?.next, 43, recording.describe());
      assert.ok((gap?.page ?? 0) > 0, recording.describe());
      // 3 seen, 4..43 lost, 44..53 retained, 54 live.
      assert.deepEqual(recording.sequences(), [
        1,
        2,
        3,
        ...Array.from({ length: 11 }, (_, index) => 44 + index),
      ]);
      assert.deepEqual(recording.values().slice(3), [...makeTexts(50, "away").slice(40), "after"]);
      assert.equal(recording.errors.length, 0, recording.describe());
    });
  });

  test("the client's restart at its 5 s stream deadline loses nothing of steady traffic", async () => {
    await withProxy({}, async ({ publisher, subscriber }) => {
      const recording = await subscribe(subscriber, defaultCache, "deadline");
      const traffic = startTraffic(publisher, "deadline", 20);
      await sleep(12_000);
      const texts = await traffic.stop();
      await waitForItems(recording, texts.length);
      await waitForQuiet(recording);
      assert.ok(recording.connectionsLost >= 1, `the stream was not restarted: ${recording.describe()}`);
      assertContiguous(recording, 1, texts.length);
      assertEachOnce(recording, texts);
      assertUndisturbed(recording);
    });
  });

  test("a first message published in the gap of that restart arrives, exactly once", async () => {
    await withProxy({}, async ({ publisher, subscriber }) => {
      const topics = Array.from({ length: 10 }, (_, index) => `gap-${index}`);
      const recordings = await Promise.all(topics.map((topic) => subscribe(subscriber, defaultCache, topic)));
      // The client tells one subscription of the channel that the connection is lost; the streams were opened together, so all are
      // about to be restarted 500 ms from then.
      await waitUntil(
        () => recordings.some((recording) => recording.connectionsLost > 0),
        () => "no stream was restarted",
      );
      await sleep(150);
      const heartbeats = recordings.map((recording) => recording.heartbeats);
      await Promise.all(topics.map((topic) => publish(publisher, defaultCache, topic, `for ${topic}`)));
      const publishedInTheGap = recordings.filter(
        (recording, index) => recording.heartbeats === heartbeats[index],
      );
      assert.ok(publishedInTheGap.length > 0, "every stream was back before its message was published");
      await Promise.all(recordings.map((recording) => waitForItems(recording, 1)));
      await Promise.all(recordings.map((recording) => waitForQuiet(recording)));
      for (const [index, recording] of recordings.entries()) {
        assert.deepEqual(recording.values(), [`for ${topics[index]}`]);
        assertContiguous(recording, 1, 1);
        assertUndisturbed(recording);
      }
    });
  });
});

// The server goes down, in an orderly way or not, and comes back: clients find it again by themselves, and caches are still there.

import assert from "node:assert/strict";
import { after, describe, test } from "node:test";

import {
  CreateCacheResponse,
  DeleteCacheResponse,
  ListCachesResponse,
  TopicPublishResponse,
} from "@gomomento/sdk";

import {
  createTemporaryDirectory,
  findFixedPort,
  removeTemporaryDirectory,
  startSubito,
} from "../harness.mjs";
import {
  closeClients,
  createCacheClient,
  createTopicClient,
  defaultCache,
  makeTexts,
  noDeadlineMs,
  publishAll,
  subscribe,
  waitForItems,
  waitForQuiet,
  waitUntil,
} from "./clients.mjs";

/** @param {number} port */
async function listCacheNames(port) {
  const client = await createCacheClient(port);
  const response = await client.listCaches();
  assert.equal(response.type, ListCachesResponse.Success, response.toString());
  return /** @type {import("@gomomento/sdk").ListCaches.Success} */ (response)
    .getCaches()
    .map((cache) => cache.getName());
}

describe("restart", () => {
  after(() => closeClients());

  test("a subscriber goes on by itself after an orderly restart on the same port, and misses nothing new", async () => {
    const dataDir = createTemporaryDirectory();
    const port = await findFixedPort();
    const first = await startSubito({ dataDir, port });
    assert.equal(first.port, port);
    const client = createTopicClient(port, { streams: 1, deadlineMs: noDeadlineMs });
    const recording = await subscribe(client, defaultCache, "restart");
    await publishAll(createTopicClient(port), defaultCache, "restart", makeTexts(5, "before"));
    await waitForItems(recording, 5);

    assert.equal(await first.stop(), 0, first.stderr());
    await waitUntil(
      () => recording.connectionsLost === 1,
      () => `the end of the stream went unnoticed: ${recording.describe()}`,
    );
    const second = await startSubito({ dataDir, port });
    const publisher = createTopicClient(port);
    // Some before the subscriber is back, some when it is.
    await publishAll(publisher, defaultCache, "restart", makeTexts(3, "early"));
    await waitForQuiet(recording);
    await publishAll(publisher, defaultCache, "restart", makeTexts(3, "late"));
    await waitForItems(recording, 11);
    await waitForQuiet(recording);

    assert.deepEqual(recording.values(), [
      ...makeTexts(5, "before"),
      ...makeTexts(3, "early"),
      ...makeTexts(3, "late"),
    ]);
    assert.equal(recording.errors.length, 0, recording.describe());
    assert.equal(recording.isSubscribed, true);
    const sequences = recording.sequences();
    assert.deepEqual(sequences.slice(0, 5), [1, 2, 3, 4, 5]);
    // The numbering of the first process ended with it; the second one counts on a new page and says so.
    assert.deepEqual(sequences.slice(5), [1, 2, 3, 4, 5, 6], recording.describe());
    assert.equal(recording.discontinuities.length, 1, recording.describe());
    const [gap] = recording.discontinuities;
    assert.equal(gap?.itemsBefore, 5, recording.describe());
    assert.equal(gap?.next, 0, recording.describe());

    recording.unsubscribe();
    assert.equal(await second.stop(), 0, second.stderr());
    removeTemporaryDirectory(dataDir);
  });

  test("publishes in flight at an orderly stop succeed or fail as unavailable, nothing else", async () => {
    const server = await startSubito();
    const publisher = createTopicClient(server.port);
    /** @type {Map<string, number>} */
    const outcomes = new Map();
    let stopped = false;
    const work = async () => {
      while (!stopped) {
        const response = await publisher.publish(defaultCache, "busy stop", "x".repeat(1_000));
        const outcome =
          response.type === TopicPublishResponse.Success
            ? "success"
            : `${response.errorCode()}: ${response.message()}`;
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
        if (outcome !== "success") return;
      }
    };
    const workers = Array.from({ length: 32 }, work);
    await waitUntil(
      () => (outcomes.get("success") ?? 0) > 500,
      () => JSON.stringify([...outcomes]),
    );
    assert.equal(await server.stop(), 0, server.stderr());
    stopped = true;
    await Promise.all(workers);
    const others = [...outcomes.keys()].filter((outcome) => outcome !== "success");
    for (const outcome of others) assert.match(outcome, /^SERVER_UNAVAILABLE/);
  });

  test("a created cache is there after kill -9 right after the answer, and a deleted one stays deleted", async () => {
    const dataDir = createTemporaryDirectory();
    const expected = [defaultCache];
    for (let round = 0; round < 5; round += 1) {
      const server = await startSubito({ dataDir });
      const client = await createCacheClient(server.port);
      const created = await client.createCache(`kept-${round}`);
      await server.kill();
      assert.equal(created.type, CreateCacheResponse.Success, created.toString());
      expected.push(`kept-${round}`);
    }

    const killedAfterDeletion = await startSubito({ dataDir });
    const client = await createCacheClient(killedAfterDeletion.port);
    const deleted = await client.deleteCache("kept-0");
    await killedAfterDeletion.kill();
    assert.equal(deleted.type, DeleteCacheResponse.Success, deleted.toString());

    const last = await startSubito({ dataDir });
    const names = await listCacheNames(last.port);
    assert.deepEqual(names.sort(), expected.filter((name) => name !== "kept-0").sort());
    closeClients();
    assert.equal(await last.stop(), 0, last.stderr());
    removeTemporaryDirectory(dataDir);
  });
});

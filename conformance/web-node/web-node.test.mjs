// The published Momento client for browsers, in Node: publish and subscribe, a network that is cut, a token that ends.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, it } from "node:test";

import { startProxy, startSubito } from "../harness.mjs";
import { ORIGIN, createClient, until } from "./client.mjs";

/** @type {import("../harness.mjs").SubitoServer} */
let server;
before(async () => {
  server = await startSubito({ args: ["--auth", "required", "--allowed-origins", ORIGIN] });
});
after(async () => {
  assert.equal(await server?.stop(), 0);
});

/** What an SDK takes: a token for all topics. @param {number} [seconds] @param {string} [tokenId] */
async function createCredential(seconds = 600, tokenId = "page") {
  const rule = { type: "topic", permissions: ["read", "write"], caches: "*", topics: "*" };
  const response = await fetch(`${server.url}/tokens`, {
    method: "POST",
    headers: { authorization: server.apiKey ?? "" },
    body: JSON.stringify({
      expires_in_seconds: seconds,
      token_id: tokenId,
      permissions: { rules: [rule] },
    }),
  });
  assert.equal(response.status, 200);
  return /** @type {any} */ (await response.json()).credential;
}

it("publishes and receives text and bytes, in order", async () => {
  const topic = randomUUID();
  const client = createClient(server.url, await createCredential());
  const reader = await client.subscribe(topic);
  assert.match(reader.answer, /^Subscription/);
  const sent = ["zażółć 🎈", new Uint8Array([0, 255, 10, 13]), "x".repeat(200_000)];
  for (const value of sent) assert.match(await client.publish(topic, value), /^Success/);
  await until(() => reader.values.length === sent.length);
  const [text, bytes, long] = reader.values;
  assert.deepEqual([text, Buffer.from(bytes ?? ""), long], [sent[0], Buffer.from([0, 255, 10, 13]), sent[2]]);
  assert.deepEqual(reader.errors, []);
  reader.unsubscribe();
});

it("goes on where it was when the network is cut, again and again", async () => {
  const topic = randomUUID();
  const proxy = await startProxy(server.port);
  const publisher = createClient(server.url, await createCredential());
  const reader = await createClient(`http://127.0.0.1:${proxy.port}`, await createCredential()).subscribe(
    topic,
  );
  /** @type {string[]} */
  const sent = [];
  const say = async () => {
    sent.push(`item ${sent.length + 1}`);
    assert.match(await publisher.publish(topic, String(sent.at(-1))), /^Success/);
  };
  for (let round = 0; round < 3; round++) {
    await say();
    await until(() => reader.values.length === sent.length);
    const before = proxy.totalConnections();
    proxy.refuse(true);
    proxy.cut();
    for (let n = 0; n < 5; n++) await say();
    proxy.refuse(false);
    await until(() => proxy.totalConnections() > before);
  }
  await say();
  await until(() => reader.values.length >= sent.length);
  assert.deepEqual(reader.values, sent);
  assert.deepEqual([reader.errors, reader.discontinuities], [[], []]);
  reader.unsubscribe();
  await proxy.close();
});

it("is told that its token has ended, and goes on with another client", async () => {
  const topic = randomUUID();
  const owner = createClient(server.url, await createCredential());
  const client = createClient(server.url, await createCredential(3));
  const reader = await client.subscribe(topic);
  assert.match(await client.publish(topic, "while it lasts"), /^Success/);
  await until(() => reader.values.length === 1 && reader.errors.length > 0);
  assert.deepEqual(reader.errors, ["AUTHENTICATION_ERROR"]);
  assert.doesNotMatch(await client.publish(topic, "too late"), /^Success/);
  const next = await owner.subscribe(topic);
  assert.match(await owner.publish(topic, "after"), /^Success/);
  await until(() => next.values.includes("after"));
  assert.deepEqual(reader.values, ["while it lasts"]);
  next.unsubscribe();
});

it("is told of a cache that is missing, and of a token that may not", async () => {
  const client = createClient(server.url, await createCredential());
  assert.match((await client.subscribe("t", "nowhere")).answer, /NOT_FOUND|not found/i);
  assert.match(await client.publish("t", "x", "nowhere"), /NOT_FOUND|not found/i);
  const stranger = createClient(
    server.url,
    Buffer.from('{"endpoint":"x","api_key":"nonsense"}').toString("base64"),
  );
  assert.match(await stranger.publish("t", "x"), /not valid/);
});

it("does not know empty values: it tells of an error, and goes on", async () => {
  const topic = randomUUID();
  const client = createClient(server.url, await createCredential());
  const reader = await client.subscribe(topic);
  for (const value of ["", "after"]) assert.match(await client.publish(topic, value), /^Success/);
  await until(() => reader.values.length > 0);
  assert.deepEqual([reader.values, reader.errors], [["after"], ["UNKNOWN_ERROR"]]);
  reader.unsubscribe();
});

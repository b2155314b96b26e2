// The SDK on a real server: values, resume, several subscriptions, iterators.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, test } from "node:test";

import * as sdk from "../../packages/sdk/dist/index.js";
import { startSubito } from "../harness.mjs";
import { Listener, createClient, publish } from "./world.mjs";

/** @type {import("../harness.mjs").SubitoServer} */
let server;
/** @type {sdk.TopicClient} */
let client;

before(async () => {
  server = await startSubito();
  client = createClient({
    credentialProvider: sdk.CredentialProvider.forMomentoLocal({ port: server.port }),
  });
});
after(async () => {
  client?.close();
  assert.equal(await server?.stop(), 0);
});

/** @param {string} topic @param {sdk.SubscribeCallOptions} [options] */
async function iterate(topic, options) {
  const answer = await client.subscribe("default", topic, options);
  assert.ok(answer instanceof sdk.TopicSubscribe.Subscription, String(answer));
  return answer;
}

test("text and bytes of every length arrive as they were published", async () => {
  const subscription = await iterate("values");
  const values = [
    "",
    'é😀\u0000"',
    "x".repeat(500_000),
    new Uint8Array(),
    randomBytes(3),
    randomBytes(700_000),
  ];
  for (const value of values) await publish(client, "values", value);
  let index = 0;
  for await (const item of subscription) {
    const wanted = values[index++];
    assert.equal(typeof item.value(), typeof wanted);
    assert.ok(Buffer.from(item.valueUint8Array()).equals(Buffer.from(wanted ?? "")), `value ${index}`);
    assert.equal(item.sequenceNumber(), index);
    if (index === values.length) break;
  }
});

test("names of any kind are the same for publish and subscribe", async () => {
  for (const topic of ["a/b", "%2F", "é ?#&", "...", "x".repeat(200)]) {
    const listener = await Listener.start(client, topic);
    await publish(client, topic, "a");
    await listener.until("a");
    listener.subscription?.unsubscribe();
  }
});

test("a subscription begins where it is told to, beside another one of the topic", async () => {
  const live = await Listener.start(client, "resumed");
  for (const text of ["a", "b", "c"]) await publish(client, "resumed", text);
  await live.until("c");
  const early = await iterate("resumed", { resumeAtTopicSequenceNumber: 2 });
  await publish(client, "resumed", "d");
  const seen = [];
  for await (const item of early) if (seen.push(item.valueString()) === 3) break;
  assert.deepEqual(seen, ["b", "c", "d"]);
  await live.until("d");
  assert.deepEqual(live.log, ["a", "b", "c", "d"]);
});

test("a slow iterator is told what it has missed", async () => {
  const few = createClient({ url: server.url, bufferItemsMax: 10 });
  const answer = await few.subscribe("default", "slow");
  assert.ok(answer instanceof sdk.TopicSubscribe.Subscription);
  const listener = await Listener.start(few, "slow");
  for (let n = 1; n <= 100; n++) await publish(client, "slow", String(n));
  await listener.until("100");
  answer.unsubscribe();
  const seen = [];
  for await (const entry of answer.events()) {
    if (entry instanceof sdk.TopicItem) seen.push(entry.sequenceNumber());
    else seen.push(`${entry.lastSequenceNumber()} ${entry.newSequenceNumber()}`);
  }
  assert.deepEqual(seen, ["0 91", 92, 93, 94, 95, 96, 97, 98, 99, 100]);
  few.close();
});

test("an item that is too long is refused with its limit", async () => {
  const answer = await client.publish("default", "long", "x".repeat(1_100_000));
  assert.ok(answer instanceof sdk.TopicPublish.Error);
  assert.equal(answer.errorCode(), "LIMIT_EXCEEDED_ERROR");
  assert.equal(answer.innerException().limit, "request_size_limit_exceeded");
});

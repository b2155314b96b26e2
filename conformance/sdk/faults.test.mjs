// The SDK against a real server whose process dies, and through a network that is cut, refuses, or swallows everything.

import assert from "node:assert/strict";
import { test } from "node:test";

import * as sdk from "../../packages/sdk/dist/index.js";
import { createTemporaryDirectory, findFixedPort, startProxy, startSubito } from "../harness.mjs";
import { Listener, createClient, publish } from "./world.mjs";

/** A server, a publisher on it, and a client on the other side of a proxy. @param {import("node:test").TestContext} t */
async function connectThroughProxy(t) {
  const server = await startSubito();
  const proxy = await startProxy(server.port);
  const publisher = createClient({ url: server.url });
  const client = createClient({ url: `http://127.0.0.1:${proxy.port}` });
  t.after(() => client.close());
  const close = async () => {
    client.close();
    await proxy.close();
    assert.equal(await server.stop(), 0);
  };
  return { proxy, publisher, client, close };
}

test("kill -9 and a new start: subscriptions come back, and are told that the numbering began anew", async (t) => {
  const options = { port: await findFixedPort(), dataDir: createTemporaryDirectory() };
  let server = await startSubito(options);
  const client = createClient({ url: server.url });
  t.after(() => client.close());
  const listener = await Listener.start(client, "news");
  await publish(client, "news", "a");
  await listener.until("a");
  await server.kill();
  await listener.until("lost");
  server = await startSubito(options);
  // Whoever comes first: what is published before it is back belongs to the gap or is kept; what comes later arrives.
  await listener.until("gap 1 0");
  await publish(client, "news", "b");
  await listener.until("b");
  assert.deepEqual(listener.log, ["a", "lost", "gap 1 0", "b"]);
  client.close();
  assert.equal(await server.stop(), 0);
});

test("a network that is cut, again and again: every item once, in order", async (t) => {
  const { proxy, publisher, client, close } = await connectThroughProxy(t);
  const [first, second] = [await Listener.start(client, "news"), await Listener.start(client, "sport")];
  const count = 400;
  for (let n = 1; n <= count; n++) {
    await publish(publisher, "news", `n${n}`);
    await publish(publisher, "sport", `s${n}`);
    if (n % 50 === 0) proxy.cut();
    if (n % 100 === 0) {
      proxy.refuse(true);
      await publish(publisher, "news", `down${n}`);
      proxy.refuse(false);
    }
  }
  await Promise.all([first.until(`down${count}`), second.until(`s${count}`)]);
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  const news = numbers.flatMap((n) => (n % 100 === 0 ? [`n${n}`, `down${n}`] : [`n${n}`]));
  assert.deepEqual(
    first.log.filter((entry) => entry !== "lost"),
    news,
  );
  assert.deepEqual(
    second.log.filter((entry) => entry !== "lost"),
    numbers.map((n) => `s${n}`),
  );
  assert.ok(first.log.includes("lost"));
  await close();
});

test("a network that swallows everything is noticed, and left", async (t) => {
  const { proxy, publisher, client, close } = await connectThroughProxy(t);
  const listener = await Listener.start(client, "news");
  proxy.pause();
  await publish(publisher, "news", "a");
  await listener.until("lost");
  proxy.cut();
  proxy.resume();
  await listener.until("a");
  assert.deepEqual(listener.log, ["lost", "a"]);
  await close();
});

test("a server that stops tells so; nobody there is an error for who comes first", async (t) => {
  const server = await startSubito();
  const client = createClient({ url: server.url });
  t.after(() => client.close());
  const listener = await Listener.start(client, "news");
  assert.equal(await server.stop(), 0);
  await listener.until("lost");
  const other = createClient({ url: server.url });
  const answer = await other.subscribe("default", "news");
  assert.ok(answer instanceof sdk.TopicSubscribe.Error);
  assert.equal(answer.errorCode(), "CONNECTION_ERROR");
  const published = await other.publish("default", "news", "x");
  assert.ok(published instanceof sdk.TopicPublish.Error);
  assert.equal(published.errorCode(), "CONNECTION_ERROR");
});

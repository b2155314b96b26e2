// EventSource of a real Chromium against /sse: live items, a server that starts anew, a network that goes away, origins, several topics,
// tokens. Nothing of ours runs in the page but the listeners that write down what they hear.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, it } from "node:test";

import { chromium } from "playwright-core";

import { launchChromium } from "../chromium/launch.mjs";
import { createTemporaryDirectory, findFixedPort, startProxy, startSubito } from "../harness.mjs";
import { startWithTls } from "../tls-server.mjs";
import { startBlankSite } from "./pages.mjs";

/** @type {Awaited<ReturnType<typeof startWithTls>>} */
let started;
/** @type {Awaited<ReturnType<typeof startBlankSite>>} */
let site;
/** @type {import("playwright-core").Browser} */
let browser;
before(async () => {
  [started, site] = await Promise.all([startWithTls(), startBlankSite()]);
  browser = await launchChromium(chromium);
});
after(async () => {
  await browser?.close();
  site?.close();
  assert.equal(await started?.server.stop(), 0);
});

/**
 * @typedef {{ type: string, message: any, id: string }} Heard
 * @typedef {{ heard: Heard[], opened: number, errors: number, state: number }} Page
 */

/** A page with an EventSource. @param {string} url */
async function listen(url) {
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  const page = await context.newPage();
  await page.goto(site.url);
  await page.evaluate((address) => {
    const all = /** @type {any} */ (window);
    const source = new EventSource(address);
    all.seen = { heard: [], opened: 0, errors: 0, state: 0 };
    const note = (/** @type {MessageEvent} */ event) =>
      all.seen.heard.push({
        type: event.type,
        message: JSON.parse(event.data),
        id: event.lastEventId,
      });
    source.onopen = () => (all.seen.opened += 1);
    for (const type of ["message", "discontinuity", "ended"]) source.addEventListener(type, note);
    source.onerror = () => {
      all.seen.errors += 1;
      all.seen.state = source.readyState;
    };
  }, url);
  return page;
}

/** Waits until it holds for what the page has seen. @param {import("playwright-core").Page} page @param {(seen: Page) => boolean} isEnough */
async function until(page, isEnough) {
  for (;;) {
    const seen = /** @type {Page} */ (await page.evaluate(() => /** @type {any} */ (window).seen));
    if (isEnough(seen)) return seen;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** @param {Page} seen */
const textsOf = ({ heard }) =>
  heard.filter(({ type }) => type === "message").map(({ message }) => message.item.value.text);

/** @param {string} url @param {string} topic @param {string} body @param {string} [authorization] */
async function publish(url, topic, body, authorization) {
  const headers = authorization === undefined ? {} : { authorization };
  const { status } = await fetch(`${url}/topics/default/${topic}`, { method: "POST", body, headers });
  assert.equal(status, 204);
}

/** EventSource.CLOSED: it does not come back. */
const CLOSED = 2;

it("hears items as they are published, over HTTP/1.1 and over TLS with HTTP/2", async () => {
  const { url } = started.server;
  for (const server of [url, `https://${started.tlsAddress}`]) {
    const topic = randomUUID();
    const page = await listen(`${server}/sse/default/${topic}`);
    await until(page, ({ opened }) => opened === 1);
    const said = [];
    for (let n = 0; n < 20; n++) {
      said.push(`zażółć ${n}\n🎈 \u2028`);
      await publish(url, topic, String(said.at(-1)));
    }
    const seen = await until(page, ({ heard }) => heard.length >= said.length);
    assert.deepEqual(textsOf(seen), said);
    assert.match(String(seen.heard.at(-1)?.id), /^\d+:21$/);
    assert.equal(seen.errors, 0);
  }
});

it("comes back by itself when the network has been away, and has missed nothing, not even before its first item", async () => {
  const { url, port } = started.server;
  const proxy = await startProxy(port);
  try {
    const topic = randomUUID();
    const page = await listen(`http://127.0.0.1:${proxy.port}/sse/default/${topic}`);
    await until(page, ({ opened }) => opened === 1);
    const said = [];
    for (let round = 0; round < 3; round++) {
      proxy.refuse(true);
      proxy.cut();
      const { errors } = await until(page, (seen) => seen.errors > 0);
      for (let n = 0; n < 5; n++) {
        said.push(`away ${round} ${n}`);
        await publish(url, topic, String(said.at(-1)));
      }
      // It tries, and fails, and tries again.
      await until(page, (seen) => seen.errors > errors);
      proxy.refuse(false);
      assert.deepEqual(textsOf(await until(page, (seen) => seen.heard.length >= said.length)), said);
    }
    await publish(url, topic, "live");
    assert.deepEqual(textsOf(await until(page, (seen) => seen.heard.length > said.length)), [
      ...said,
      "live",
    ]);
  } finally {
    await proxy.close();
  }
});

for (const [how, end] of /** @type {const} */ ([
  ["stopped", (/** @type {any} */ server) => server.stop()],
  ["killed", (/** @type {any} */ server) => server.kill()],
])) {
  it(`comes back by itself to a server that was ${how} and has started anew, and misses none of its items`, async () => {
    const topic = randomUUID();
    const dataDir = createTemporaryDirectory();
    const port = await findFixedPort();
    let server = await startSubito({ dataDir, port });
    try {
      const { url } = server;
      const page = await listen(`${url}/sse/default/${topic}`);
      await until(page, ({ opened }) => opened === 1);
      await publish(url, topic, "before");
      const first = await until(page, ({ heard }) => heard.length === 1);
      await end(server);
      server = await startSubito({ dataDir, port });
      // Before it is back: it has said where it was, so that it gets these too.
      for (const text of ["one", "two"]) await publish(url, topic, text);
      const seen = await until(page, (some) => textsOf(some).includes("two"));
      await publish(url, topic, "three");
      assert.deepEqual(textsOf(await until(page, (some) => textsOf(some).includes("three"))), [
        ...["before", "one", "two", "three"],
      ]);
      const [, gap] = seen.heard;
      // Items do not outlive the process: that the old numbers are over is told.
      assert.equal(gap?.type, "discontinuity");
      assert.equal(gap?.message.discontinuity.last_topic_sequence, 1);
      assert.notEqual(gap?.id.split(":")[0], first.heard[0]?.id.split(":")[0]);
    } finally {
      await server.stop();
    }
  });
}

it("hears several topics in one stream, and goes on for each where it was", async () => {
  const { url, port } = started.server;
  const proxy = await startProxy(port);
  try {
    const topics = Array.from({ length: 32 }, () => randomUUID());
    const query = topics.map((topic) => `topic=${topic}`).join("&");
    const page = await listen(`http://127.0.0.1:${proxy.port}/sse/default?${query}`);
    await until(page, ({ opened }) => opened === 1);
    for (const topic of topics.slice(0, 16)) await publish(url, topic, `live ${topic}`);
    await until(page, ({ heard }) => heard.length === 16);
    proxy.cut();
    for (const topic of topics) await publish(url, topic, `away ${topic}`);
    const seen = await until(page, ({ heard }) => heard.length >= 48);
    for (const [n, topic] of topics.entries()) {
      const texts = seen.heard
        .filter(({ message }) => message.topic === topic)
        .map(({ message }) => message.item.value.text);
      assert.deepEqual(texts, n < 16 ? [`live ${topic}`, `away ${topic}`] : [`away ${topic}`]);
    }
  } finally {
    await proxy.close();
  }
});

it("a page whose origin is not allowed hears nothing, and does not come back", async () => {
  const server = await startSubito({ args: ["--allowed-origins", "https://app.example"] });
  try {
    const topic = randomUUID();
    const page = await listen(`${server.url}/sse/default/${topic}`);
    const seen = await until(page, ({ errors }) => errors > 0);
    assert.equal(seen.state, CLOSED);
    await publish(server.url, topic, "secret");
    // Its subscription is gone: nothing can come any more.
    for (;;) {
      const metrics = await (await fetch(`${server.url}/metrics`)).text();
      if (/^subito_subscriptions 0$/m.test(metrics)) break;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const last = await until(page, () => true);
    assert.deepEqual([last.heard, last.opened], [[], 0]);
  } finally {
    await server.stop();
  }
});

it("a token in the URL: items while it lasts, its end in words, then no more attempts; and on with a new one", async () => {
  const server = await startSubito({
    args: ["--auth", "required", "--allowed-origins", new URL(site.url).origin],
  });
  try {
    const { url, apiKey = "" } = server;
    const topic = randomUUID();
    const rule = { type: "topic", permissions: ["read"], caches: "*", topics: { name: topic } };
    const makeToken = async (/** @type {number} */ seconds) => {
      const response = await fetch(`${url}/tokens`, {
        method: "POST",
        headers: { authorization: apiKey },
        body: JSON.stringify({ expires_in_seconds: seconds, permissions: { rules: [rule] } }),
      });
      assert.equal(response.status, 200);
      return /** @type {any} */ (await response.json()).token;
    };
    const page = await listen(`${url}/sse/default/${topic}?token=${await makeToken(3)}`);
    await until(page, ({ opened }) => opened === 1);
    await publish(url, topic, "while it lasts", apiKey);
    const seen = await until(page, ({ state }) => state === CLOSED);
    assert.deepEqual(
      seen.heard.map(({ type }) => type),
      ["message", "ended"],
    );
    assert.equal(seen.heard[1]?.message.code, "Unauthenticated");
    await publish(url, topic, "meanwhile", apiKey);
    const id = seen.heard[1]?.id;
    const next = await listen(`${url}/sse/default/${topic}?token=${await makeToken(60)}&last_event_id=${id}`);
    assert.deepEqual(textsOf(await until(next, ({ heard }) => heard.length > 0)), ["meanwhile"]);
  } finally {
    await server.stop();
  }
});

it("gives up at once at an id that is none: it would be refused for ever", async () => {
  const page = await listen(`${started.server.url}/sse/default/t?last_event_id=nonsense`);
  const seen = await until(page, ({ errors }) => errors > 0);
  assert.equal(seen.state, CLOSED);
});

// The published Momento client for browsers, in Chromium: two pages that chat, a network that goes away, a server that starts anew, a
// token that ends, many subscriptions over TLS, and 300 MB that a page receives without keeping them.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { after, before, it } from "node:test";

import { chromium } from "playwright-core";

import { launchChromium } from "../chromium/launch.mjs";
import { createTemporaryDirectory, startSubito } from "../harness.mjs";
import { startWithTls } from "../tls-server.mjs";
import { openPage, startSite } from "./pages.mjs";

/** @type {Awaited<ReturnType<typeof startWithTls>>} */
let started;
/** @type {Awaited<ReturnType<typeof startSite>>} */
let site;
/** @type {import("playwright-core").Browser} */
let browser;
before(async () => {
  [started, site] = await Promise.all([startWithTls(), startSite()]);
  browser = await launchChromium(chromium);
});
after(async () => {
  await browser?.close();
  site?.close();
  assert.equal(await started?.server.stop(), 0);
});

/** What an SDK takes: a token for all topics. @param {string} url @param {number} [seconds] @param {string} [authorization] */
async function createCredential(url, seconds = 600, authorization = "") {
  const rule = { type: "topic", permissions: ["read", "write"], caches: "*", topics: "*" };
  const response = await fetch(`${url}/tokens`, {
    method: "POST",
    headers: authorization === "" ? {} : { authorization },
    body: JSON.stringify({ expires_in_seconds: seconds, permissions: { rules: [rule] } }),
  });
  assert.equal(response.status, 200);
  return /** @type {any} */ (await response.json()).credential;
}

/** @param {{ server?: string, apiKey?: string }} [options] */
async function newPage({ server = started.server.url, apiKey } = {}) {
  // Over TLS the certificate is one that Node does not know.
  apiKey ??= await createCredential(server.startsWith("https:") ? started.server.url : server);
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  const page = await context.newPage();
  await openPage(page, { site: site.url, server, apiKey });
  return page;
}

/** @typedef {{ publish(topic: string, text: string): Promise<string>, subscribe(topic: string, countOnly?: boolean): Promise<string>, received: Record<string, string[]>, errors: string[], bytes: number }} InPage */

/** @param {import("playwright-core").Page} page @param {string} topic @param {string} text */
async function publish(page, topic, text) {
  const answer = await page.evaluate(
    ([one = "", other = ""]) => /** @type {InPage} */ (/** @type {any} */ (window)).publish(one, other),
    [topic, text],
  );
  assert.match(answer, /^Success/);
}

/** @param {import("playwright-core").Page} page @param {string} topic @param {boolean} [countOnly] */
async function subscribe(page, topic, countOnly = false) {
  const answer = await page.evaluate(
    ([one, only]) =>
      /** @type {InPage} */ (/** @type {any} */ (window)).subscribe(String(one), only === true),
    [topic, countOnly],
  );
  assert.match(answer, /^Subscription/);
}

/** Waits until the page has so many items of the topic. @param {import("playwright-core").Page} page @param {string} topic @param {number} count */
async function received(page, topic, count) {
  const read = () =>
    page.evaluate((one) => /** @type {InPage} */ (/** @type {any} */ (window)).received[one] ?? [], topic);
  for (;;) {
    const items = await read();
    if (items.length >= count) return items;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** From outside the browser. @param {string} url @param {string} topic @param {string} body */
async function publishOutside(url, topic, body) {
  const { status } = await fetch(`${url}/topics/default/${topic}`, { method: "POST", body });
  assert.equal(status, 204);
}

it("two pages chat", async () => {
  const topic = randomUUID();
  const pages = await Promise.all([newPage(), newPage()]);
  for (const page of pages) await subscribe(page, topic);
  const said = [];
  for (let n = 0; n < 10; n++) {
    said.push(`zażółć ${n} 🎈`);
    await publish(/** @type {any} */ (pages[n % 2]), topic, String(said.at(-1)));
  }
  for (const page of pages) assert.deepEqual(await received(page, topic, said.length), said);
});

it("goes on where it was when the network has been away", async () => {
  const topic = randomUUID();
  const page = await newPage();
  await subscribe(page, topic);
  await publishOutside(started.server.url, topic, "before");
  await received(page, topic, 1);
  await page.context().setOffline(true);
  for (let n = 0; n < 5; n++) await publishOutside(started.server.url, topic, `away ${n}`);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  await page.context().setOffline(false);
  await publishOutside(started.server.url, topic, "after");
  const expected = ["before", "away 0", "away 1", "away 2", "away 3", "away 4", "after"];
  assert.deepEqual(await received(page, topic, expected.length), expected);
});

it("goes on with a server that has started anew", async () => {
  const topic = randomUUID();
  const dataDir = createTemporaryDirectory();
  let server = await startSubito({ dataDir });
  const { port, url } = server;
  const page = await newPage({ server: url });
  await subscribe(page, topic);
  await publishOutside(url, topic, "before");
  await received(page, topic, 1);
  await server.kill();
  server = await startSubito({ dataDir, port });
  try {
    // Items do not outlive the process: one is published again and again until the page is back.
    for (;;) {
      await publishOutside(url, topic, "after");
      const items = await received(page, topic, 1);
      if (items.includes("after")) break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    assert.equal((await received(page, topic, 2))[0], "before");
  } finally {
    await server.stop();
  }
});

it("hears that its token has ended", async () => {
  const server = await startSubito({
    args: ["--auth", "required", "--allowed-origins", new URL(site.url).origin],
  });
  try {
    const credential = await createCredential(server.url, 3, server.apiKey);
    const topic = randomUUID();
    const page = await newPage({ server: server.url, apiKey: credential });
    await subscribe(page, topic);
    await publish(page, topic, "while it lasts");
    await received(page, topic, 1);
    const errors = () => page.evaluate(() => /** @type {any} */ (window).errors);
    while ((await errors()).length === 0) await new Promise((resolve) => setTimeout(resolve, 100));
    assert.deepEqual(await errors(), ["AUTHENTICATION_ERROR"]);
  } finally {
    await server.stop();
  }
});

it("a page whose origin is not allowed gets nothing", async () => {
  const server = await startSubito({ args: ["--allowed-origins", "https://app.example"] });
  try {
    const page = await newPage({ server: server.url });
    const answer = await page.evaluate(() => /** @type {any} */ (window).publish("t", "x"));
    assert.doesNotMatch(answer, /^Success/);
  } finally {
    await server.stop();
  }
});

it("has fifty subscriptions in one page, over TLS", async () => {
  const page = await newPage({ server: `https://${started.tlsAddress}` });
  const topics = Array.from({ length: 50 }, () => randomUUID());
  for (const topic of topics) await subscribe(page, topic);
  for (const topic of topics) await publish(page, topic, `to ${topic}`);
  for (const topic of topics) assert.deepEqual(await received(page, topic, 1), [`to ${topic}`]);
});

it("receives 300 MB in a page that is no larger after the second half than after the first", async () => {
  const topic = randomUUID();
  const page = await newPage();
  await subscribe(page, topic, true);
  const session = await browser.newBrowserCDPSession();
  const residentMb = async () => {
    const { processInfo } = await session.send("SystemInfo.getProcessInfo");
    const renderers = processInfo.filter(({ type }) => type === "renderer");
    const sizes = renderers.map(
      ({ id }) => /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${id}/status`, "utf8"))?.[1],
    );
    return Math.max(...sizes.map(Number)) / 1024;
  };
  const value = "x".repeat(100_000);
  const half = 1500;
  let firstHalfMb = 0;
  let secondHalfMb = 0;
  for (let sent = 20; sent <= 2 * half; sent += 20) {
    for (let n = 0; n < 20; n++) await publishOutside(started.server.url, topic, value);
    // What is not yet there would be lost to the ring's end; a page reads as fast as it can.
    while ((await page.evaluate(() => /** @type {any} */ (window).bytes)) < sent * value.length)
      await new Promise((resolve) => setTimeout(resolve, 10));
    if (sent <= half) firstHalfMb = Math.max(firstHalfMb, await residentMb());
    else secondHalfMb = Math.max(secondHalfMb, await residentMb());
  }
  assert.equal(await page.evaluate(() => /** @type {any} */ (window).bytes), 2 * half * value.length);
  // In one answer the second half would have taken 200 MB more: it is kept in base64.
  const grownMb = Math.round(secondHalfMb - firstHalfMb);
  assert.ok(grownMb < 75, `the page grew by ${grownMb} MB`);
});

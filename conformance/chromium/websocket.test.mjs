// Pages in Chromium that subscribe by WebSocket, by hand and with packages/sdk: they chat, sleep, lose the network and the server, and draw
// a thousand items a second.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { chromium } from "playwright-core";

import { createTemporaryDirectory, findFixedPort, startProxy, startSubito } from "../harness.mjs";
import { launchChromium } from "./launch.mjs";
import { TopicPage, publishOutside, startSite } from "./site.mjs";

/** @type {import("../harness.mjs").SubitoServer} */
let server;
/** @type {Awaited<ReturnType<typeof startSite>>} */
let site;
/** @type {import("playwright-core").Browser} */
let browser;
before(async () => {
  [server, site, browser] = await Promise.all([startSubito(), startSite(), launchChromium(chromium)]);
});
after(async () => {
  await browser?.close();
  site?.close();
  assert.equal(await server?.stop(), 0);
});

/** @param {number} count @param {number} [from] */
const numbers = (count, from = 1) => Array.from({ length: count }, (_, i) => from + i);

for (const kind of /** @type {const} */ (["by-hand", "by-sdk"])) {
  /** @param {string} topic @param {string} [url] */
  const open = (topic, url = server.url) => TopicPage.open(browser, site.url, kind, { server: url, topic });

  it(`two pages chat: ${kind}`, async () => {
    const topic = randomUUID();
    const pages = await Promise.all([open(topic), open(topic)]);
    const said = [];
    for (let n = 0; n < 10; n++) {
      said.push(`zażółć ${n} 🎈`);
      await pages[n % 2]?.publish(String(said.at(-1)));
    }
    for (const page of pages) {
      const seen = await page.until(({ texts }) => texts.length >= said.length);
      assert.deepEqual([seen.texts, seen.line], [said, `10: ${said.at(-1)}`]);
      await page.close();
    }
  });

  it(`goes on where it was when the network is cut and comes back: ${kind}`, async () => {
    const topic = randomUUID();
    const proxy = await startProxy(server.port);
    const page = await open(topic, `http://127.0.0.1:${proxy.port}`);
    let count = 0;
    const say = () => publishOutside(server.url, topic, `item ${++count}`);
    for (let round = 0; round < 3; round++) {
      await say();
      await page.until(({ texts }) => texts.length === count);
      const before = proxy.totalConnections();
      proxy.refuse(true);
      proxy.cut();
      for (let n = 0; n < 5; n++) await say();
      proxy.refuse(false);
      while (proxy.totalConnections() === before) await sleep(20);
    }
    await say();
    const seen = await page.until(({ texts }) => texts.length >= count);
    assert.deepEqual([seen.sequences, seen.discontinuities, seen.errors], [numbers(count), [], []]);
    assert.equal(seen.closes.length >= 3, true);
    await page.close();
    await proxy.close();
  });

  it(`goes on with a server that has started anew, and is told that items are lost: ${kind}`, async () => {
    const topic = randomUUID();
    const dataDir = createTemporaryDirectory();
    const port = await findFixedPort();
    let own = await startSubito({ dataDir, port });
    const page = await open(topic, own.url);
    for (const n of numbers(3)) await publishOutside(own.url, topic, `before ${n}`);
    await page.until(({ texts }) => texts.length === 3);
    await own.kill();
    own = await startSubito({ dataDir, port });
    try {
      await publishOutside(own.url, topic, "after");
      const seen = await page.until(({ texts }) => texts.includes("after"));
      assert.deepEqual(seen.texts, ["before 1", "before 2", "before 3", "after"]);
      assert.deepEqual([seen.discontinuities, seen.errors], [[[3, 0]], []]);
      await page.close();
    } finally {
      await own.stop();
    }
  });

  it(`draws a thousand items a second, and none is lost: ${kind}`, async () => {
    const topic = randomUUID();
    const page = await open(topic);
    const { opens } = await page.seen();
    const perTick = 10;
    const ticks = 500;
    const startedAt = performance.now();
    for (let tick = 0; tick < ticks; tick++) {
      const some = numbers(perTick, tick * perTick + 1);
      await Promise.all(some.map((n) => publishOutside(server.url, topic, `item ${n}`)));
      await sleep(Math.max(0, startedAt + (tick + 1) * 10 - performance.now()));
    }
    const rate = Math.round((perTick * ticks) / ((performance.now() - startedAt) / 1000));
    const seen = await page.until(({ texts }) => texts.length >= perTick * ticks);
    console.log(`${rate} items a second, ${seen.frames} frames`);
    assert.deepEqual(seen.sequences, numbers(perTick * ticks));
    assert.deepEqual([seen.closes, seen.discontinuities, seen.errors], [[], [], []]);
    assert.equal(seen.line, `${perTick * ticks}: ${seen.texts.at(-1)}`);
    if (kind === "by-hand") assert.equal(seen.opens, opens);
    await page.close();
  });
}

// Pages in Chromium that subscribe by EventSource: it comes back by itself when the network is cut, and gives up when its token has ended.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, it } from "node:test";

import { chromium } from "playwright-core";

import { startProxy, startSubito } from "../harness.mjs";
import { launchChromium } from "./launch.mjs";
import { TopicPage, createToken, publishOutside, startSite } from "./site.mjs";

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

it("EventSource goes on by itself when the network is cut", async () => {
  const topic = randomUUID();
  const proxy = await startProxy(server.port);
  const url = `http://127.0.0.1:${proxy.port}`;
  const page = await TopicPage.open(browser, site.url, "by-event-source", { server: url, topic });
  // The first cut comes before the first item.
  let count = 0;
  for (let round = 1; round <= 3; round++) {
    proxy.cut();
    for (let n = 0; n < 5; n++) await publishOutside(server.url, topic, `item ${++count}`);
    await page.until(({ texts, opens }) => texts.length >= count && opens > round);
  }
  const seen = await page.seen();
  assert.deepEqual(
    seen.sequences,
    Array.from({ length: count }, (_, i) => i + 1),
  );
  assert.deepEqual([seen.discontinuities, seen.errors], [[], []]);
  await page.close();
  await proxy.close();
});

it("EventSource is told that its token has ended, and gives up", async () => {
  const strict = await startSubito({
    args: ["--auth", "required", "--allowed-origins", new URL(site.url).origin],
  });
  try {
    const start = { server: strict.url, topic: randomUUID(), token: await createToken(strict, 2) };
    const page = await TopicPage.open(browser, site.url, "by-event-source", start);
    const closed = 2;
    const seen = await page.until(({ closes }) => closes.at(-1)?.[0] === closed);
    assert.deepEqual(seen.errors, ["Unauthenticated"]);
    assert.equal(seen.opens, 1);
    await page.close();
  } finally {
    await strict.stop();
  }
});

// The SDK in pages of another origin, in Chromium: two pages that chat, and a network that goes away.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, before, test } from "node:test";

import { chromium } from "playwright-core";

import { launchChromium } from "../chromium/launch.mjs";
import { startSubito } from "../harness.mjs";
import { bundle } from "./bundle.mjs";
import { createToken } from "./world.mjs";

/** @type {import("../harness.mjs").SubitoServer} */
let server;
/** @type {import("playwright-core").Browser} */
let browser;
/** @type {import("node:http").Server} */
let site;
let siteUrl = "";

before(async () => {
  const script = await bundle('import * as subito from "./dist/index.js"; window.subito = subito;');
  site = createServer((request, response) => {
    const isScript = request.url === "/sdk.js";
    response.setHeader("content-type", isScript ? "text/javascript" : "text/html");
    response.end(isScript ? script : '<!doctype html><meta charset="utf-8"><script src="/sdk.js"></script>');
  });
  site.listen(0, "127.0.0.1");
  await once(site, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (site.address());
  siteUrl = `http://127.0.0.1:${port}`;
  [server, browser] = await Promise.all([
    startSubito({ args: ["--auth", "required", "--allowed-origins", siteUrl] }),
    launchChromium(chromium),
  ]);
});
after(async () => {
  await browser?.close();
  site?.close();
  assert.equal(await server?.stop(), 0);
});

/** A page with a client, subscribed to `topic`; `log` is what it was told. @param {string} topic */
async function openPage(topic) {
  const page = await (await browser.newContext()).newPage();
  await page.goto(siteUrl);
  const where = { url: server.url, token: await createToken(server, { seconds: 600 }), topic };
  const type = await page.evaluate(async ({ url, token, topic }) => {
    const all = /** @type {any} */ (window);
    all.log = [];
    all.client = new all.subito.TopicClient({
      url,
      getToken: () => token,
      timing: { pingIntervalMs: 500, pingTimeoutMs: 1000 },
    });
    const answer = await all.client.subscribe("default", topic, {
      onItem: (/** @type {any} */ item) => all.log.push(item.valueString()),
      onDiscontinuity: (/** @type {any} */ gap) => all.log.push(gap.toString()),
      onError: (/** @type {any} */ error) => all.log.push(error.toString()),
    });
    return answer.type;
  }, where);
  assert.equal(type, "Subscription");
  return page;
}

/** @param {import("playwright-core").Page} page @param {string[]} wanted */
async function waitForLog(page, wanted) {
  await page.waitForFunction((length) => /** @type {any} */ (window).log.length >= length, wanted.length);
  assert.deepEqual(await page.evaluate(() => /** @type {any} */ (window).log), wanted);
}

/** @param {import("playwright-core").Page} page @param {string} topic @param {string} text */
async function publish(page, topic, text) {
  const answer = await page.evaluate(
    async ([topic, text]) => {
      const all = /** @type {any} */ (window);
      const result = await all.client.publish("default", topic, text);
      return result.type === "Success" ? result.type : result.toString();
    },
    [topic, text],
  );
  assert.equal(answer, "Success");
}

test("two pages chat", async () => {
  const [one, other] = await Promise.all([openPage("chat"), openPage("chat")]);
  await publish(one, "chat", "Hello é!");
  await waitForLog(other, ["Hello é!"]);
  await publish(other, "chat", "Hi!");
  await Promise.all([one, other].map((page) => waitForLog(page, ["Hello é!", "Hi!"])));
  await Promise.all([one, other].map((page) => page.context().close()));
});

test("a network that goes away and comes back loses nothing", async () => {
  const [one, other] = [await openPage("road"), await openPage("road")];
  await publish(one, "road", "a");
  await waitForLog(other, ["a"]);
  await other.context().setOffline(true);
  await publish(one, "road", "b");
  await other.context().setOffline(false);
  await publish(one, "road", "c");
  await waitForLog(other, ["a", "b", "c"]);
  await Promise.all([one, other].map((page) => page.context().close()));
});

// Pages in Chromium that must not get far by WebSocket: of another origin, with a token that ends, and with messages that are too long or none.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, it } from "node:test";

import { chromium } from "playwright-core";

import { startSubito } from "../harness.mjs";
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

it("a page of an origin that is not allowed gets no socket", async () => {
  const strict = await startSubito({ args: ["--allowed-origins", "https://app.example"] });
  try {
    const page = await browser.newPage();
    await page.goto(site.url);
    const events = await page.evaluate(
      async (url) => {
        /** @type {string[]} */
        const seen = [];
        const socket = new WebSocket(url, "subito.v1");
        for (const type of ["open", "message", "error"]) socket.addEventListener(type, () => seen.push(type));
        const code = await new Promise((resolve) =>
          socket.addEventListener("close", (event) => resolve(event.code)),
        );
        return [...seen, code];
      },
      `${strict.url.replace("http", "ws")}/ws`,
    );
    assert.deepEqual(events, ["error", 1006]);
    await page.close();
  } finally {
    await strict.stop();
  }
});

it("a message that is too long closes its socket with 1009 and a reason; other pages notice nothing", async () => {
  const topic = randomUUID();
  const options = { server: server.url, topic };
  const [bad, good] = await Promise.all([
    TopicPage.open(browser, site.url, "by-hand", options),
    TopicPage.open(browser, site.url, "by-hand", options),
  ]);
  await bad.page.evaluate(() => /** @type {any} */ (window).topic.send("x".repeat(3 * 1024 * 1024)));
  const { closes } = await bad.until((seen) => seen.closes.length > 0);
  assert.equal(closes[0]?.[0], 1009);
  assert.notEqual(closes[0]?.[1], "");
  await publishOutside(server.url, topic, "all is well");
  // The bad page comes back as anyone does.
  for (const page of [bad, good]) {
    const seen = await page.until(({ texts }) => texts.length > 0);
    assert.deepEqual(seen.texts, ["all is well"]);
    await page.close();
  }
});

it("what is no message is answered with an error, and the socket stays", async () => {
  const topic = randomUUID();
  const page = await TopicPage.open(browser, site.url, "by-hand", { server: server.url, topic });
  const codes = await page.page.evaluate(async () => {
    const { ask, send } = /** @type {any} */ (window).topic;
    for (const garbage of ["", "{", "null", "[]", '{"id":-1}', new Uint8Array([0, 0, 0, 9, 1]), "\u0000"])
      send(garbage);
    return [(await ask({ type: "fly" })).code, (await ask({ type: "ping" })).type];
  });
  assert.deepEqual(codes, ["InvalidArgument", "pong"]);
  assert.deepEqual((await page.seen()).closes, []);
  await page.close();
});

it("a token is renewed in the page without a gap; one that is not renewed ends the subscription", async () => {
  const strict = await startSubito({
    args: ["--auth", "required", "--allowed-origins", new URL(site.url).origin],
  });
  try {
    const topic = randomUUID();
    const start = { server: strict.url, topic };
    const token = await createToken(strict, 3);
    const [renews, ends] = await Promise.all([
      TopicPage.open(browser, site.url, "by-hand", { ...start, token }),
      TopicPage.open(browser, site.url, "by-hand", { ...start, token }),
    ]);
    const answer = await renews.page.evaluate(
      (fresh) => /** @type {any} */ (window).topic.ask({ type: "renew_token", token: fresh }),
      await createToken(strict, 600),
    );
    assert.deepEqual([answer.type, answer.renewed], ["token_renewed", 1]);
    await ends.until(({ errors }) => errors.length > 0);
    assert.deepEqual((await ends.seen()).errors, ["Unauthenticated"]);
    assert.equal(await renews.publish("after"), "published");
    const seen = await renews.until(({ texts }) => texts.length > 0);
    assert.deepEqual([seen.texts, seen.errors, seen.closes], [["after"], [], []]);
  } finally {
    await strict.stop();
  }
});

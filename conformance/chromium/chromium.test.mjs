// A page in Chromium publishes and long polls by fetch(): over HTTP/2 on the TLS port, over HTTP/1.1 on the plaintext port.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, it } from "node:test";

import { chromium } from "playwright-core";

import { startWithTls } from "../tls-server.mjs";
import { launchChromium } from "./launch.mjs";

/** @type {Awaited<ReturnType<typeof startWithTls>>} */
let started;
/** @type {import("playwright-core").Browser} */
let browser;
before(async () => {
  started = await startWithTls();
  browser = await launchChromium(chromium);
});
after(async () => {
  await browser?.close();
  assert.equal(await started?.server.stop(), 0);
});

for (const [scheme, protocol, toOrigin] of /** @type {const} */ ([
  ["https", "h2", () => `https://${started.tlsAddress}`],
  ["http", "http/1.1", () => `http://127.0.0.1:${started.server.port}`],
])) {
  it(`publishes and long polls over ${scheme}, by ${protocol}`, async () => {
    const context = await browser.newContext({ ignoreHTTPSErrors: true });
    const page = await context.newPage();
    const answer = await page.goto(`${toOrigin()}/livez`);
    assert.equal(answer?.status(), 200);

    const path = `/topics/default/${randomUUID()}`;
    const seen = await page.evaluate(exchange, path);
    assert.deepEqual(seen.publishStatuses, [204, 204]);
    assert.deepEqual(seen.firstPoll, [[1, { text: "zażółć 🎈" }]]);
    assert.deepEqual(seen.secondPoll, [[2, { text: "while a poll waits" }]]);
    // The page itself, two publishes, two polls.
    assert.deepEqual(seen.protocols, Array(5).fill(protocol));
    await context.close();
  });
}

/**
 * Runs in the page.
 * @param {string} path
 */
async function exchange(path) {
  /** @param {string} body */
  const publish = async (body) => (await fetch(path, { method: "POST", body })).status;
  /** @param {number} sequence */
  const poll = async (sequence) => {
    const { items } = await (await fetch(`${path}?sequence_number=${sequence}`)).json();
    return items.map(({ item }) => [item.topic_sequence_number, item.value]);
  };
  /** @type {PerformanceEntry[]} */
  const entries = performance.getEntriesByType("navigation");
  const allMeasured = new Promise((resolve) => {
    new PerformanceObserver((list) => {
      entries.push(...list.getEntries().filter(({ name }) => name.includes(path)));
      if (entries.length >= 5) resolve(undefined);
    }).observe({ type: "resource", buffered: true });
  });

  const publishStatuses = [await publish("zażółć 🎈")];
  const firstPoll = await poll(1);
  const waiting = poll(2);
  publishStatuses.push(await publish("while a poll waits"));
  const secondPoll = await waiting;
  await allMeasured;
  const protocols = entries.map((entry) => /** @type {PerformanceResourceTiming} */ (entry).nextHopProtocol);
  return { publishStatuses, firstPoll, secondPoll, protocols };
}

// Pages of a laptop that sleeps: their process is stopped by the system, as it is when a lid is closed, and goes on later.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { after, before, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { chromium } from "playwright-core";

import { startProxy, startSubito } from "../harness.mjs";
import { launchChromium } from "./launch.mjs";
import { TopicPage, publishOutside, startSite } from "./site.mjs";

const ringItems = 200;

/** @type {import("../harness.mjs").SubitoServer} */
let server;
/** @type {Awaited<ReturnType<typeof startSite>>} */
let site;
before(async () => {
  [server, site] = await Promise.all([
    startSubito({ args: ["--ring-items", String(ringItems)] }),
    startSite(),
  ]);
});
after(async () => {
  site?.close();
  assert.equal(await server?.stop(), 0);
});

/**
 * The processes of the browser's pages and of its network, which a sleeping laptop runs as little.
 * @param {import("playwright-core").Browser} browser
 */
async function findProcesses(browser) {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  return processInfo
    .filter(({ type }) => type === "renderer" || type.includes("utility"))
    .map(({ id }) => id);
}

/** @param {number[]} pids */
async function stopAll(pids) {
  for (const pid of pids) process.kill(pid, "SIGSTOP");
  while (pids.some((pid) => stateOf(pid) !== "T")) await sleep(5);
}

/** `T` when it is stopped. @param {number} pid */
const stateOf = (pid) => /^State:\s+(\S)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];

for (const kind of /** @type {const} */ (["by-hand", "by-sdk"]))
  for (const { name, isCut, count } of [
    { name: "a short nap, with the connection kept", isCut: false, count: ringItems - 1 },
    { name: "a sleep in which the connection is lost", isCut: true, count: ringItems - 1 },
    { name: "a sleep that is longer than the ring", isCut: true, count: 3 * ringItems },
  ])
    it(`${name}: ${kind}`, async () => {
      const browser = await launchChromium(chromium);
      const proxy = await startProxy(server.port);
      /** @type {number[]} */
      let stopped = [];
      try {
        const topic = randomUUID();
        const url = `http://127.0.0.1:${proxy.port}`;
        const page = await TopicPage.open(browser, site.url, kind, { server: url, topic });
        await publishOutside(server.url, topic, "awake");
        await page.until(({ texts }) => texts.length === 1);
        stopped = await findProcesses(browser);
        await stopAll(stopped);
        if (isCut) proxy.cut();
        for (let n = 1; n <= count; n++) await publishOutside(server.url, topic, `asleep ${n}`);
        for (const pid of stopped.splice(0)) process.kill(pid, "SIGCONT");
        const last = `asleep ${count}`;
        const seen = await page.until(({ texts }) => texts.includes(last));
        const lost = Math.max(0, count - ringItems);
        assert.deepEqual(seen.discontinuities, lost === 0 ? [] : [[1, 1 + lost]]);
        assert.deepEqual(seen.sequences, [
          1,
          ...Array.from({ length: count - lost }, (_, i) => 2 + lost + i),
        ]);
        assert.deepEqual(seen.errors, []);
        assert.equal(seen.closes.length > 0, isCut);
      } finally {
        for (const pid of stopped) process.kill(pid, "SIGCONT");
        await browser.close();
        await proxy.close();
      }
    });

for (const kind of /** @type {const} */ (["by-hand", "by-sdk"]))
  it(`a page that stands still while more comes than its connection and the ring hold: ${kind}`, async () => {
    const browser = await launchChromium(chromium);
    /** @type {number[]} */
    let stopped = [];
    try {
      const topic = randomUUID();
      const page = await TopicPage.open(browser, site.url, kind, { server: server.url, topic });
      await publishOutside(server.url, topic, "awake");
      await page.until(({ texts }) => texts.length === 1);
      stopped = await findProcesses(browser);
      await stopAll(stopped);
      const count = 600;
      for (let n = 2; n < count; n++) await publishOutside(server.url, topic, `${n}`.padEnd(64 * 1024));
      await publishOutside(server.url, topic, "last");
      for (const pid of stopped.splice(0)) process.kill(pid, "SIGCONT");
      const seen = await page.until(({ texts }) => texts.includes("last"));
      const lost = seen.discontinuities.flatMap(([last, next]) =>
        Array.from({ length: next - last }, (_, i) => last + 1 + i),
      );
      assert.ok(lost.length > 0, "the page took all of it: it did not stand still");
      assert.deepEqual(
        [...seen.sequences, ...lost].sort((a, b) => a - b),
        Array.from({ length: count }, (_, i) => i + 1),
      );
      assert.deepEqual([seen.closes, seen.errors], [[], []]);
    } finally {
      for (const pid of stopped) process.kill(pid, "SIGCONT");
      await browser.close();
    }
  });

// A page in Chromium uses the HTTP API of its own origin: HTTP/2 over TLS, HTTP/1.1 over plaintext.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { chromium } from "playwright-core";

import { startWithTls } from "../tls-server.mjs";
import { programPath } from "./program.mjs";

const args = [
  ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
  ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
];

describe("a page in Chromium", () => {
  /** @type {Awaited<ReturnType<typeof startWithTls>>} */
  let tls;
  /** @type {import("playwright-core").Browser} */
  let browser;
  before(async () => {
    tls = await startWithTls();
    browser = await chromium.launch({ executablePath: programPath, args });
  });
  after(async () => {
    await browser?.close();
    await tls?.server.stop();
  });

  for (const protocol of ["h2", "http/1.1"]) {
    it(`publishes and polls over ${protocol}`, async () => {
      const origin = protocol === "h2" ? `https://${tls.tlsAddress}` : tls.server.url;
      const page = await browser.newPage({ ignoreHTTPSErrors: true });
      await page.goto(`${origin}/livez`);
      const outcome = await page.evaluate(async () => {
        const topic = `/topics/default/chromium-${location.protocol.slice(0, -1)}`;
        const poll = fetch(`${topic}?sequence_number=1`).then((response) => response.json());
        const published = await fetch(topic, { method: "POST", body: "from a page" });
        const navigation = /** @type {PerformanceNavigationTiming} */ (
          performance.getEntriesByType("navigation")[0]
        );
        return { status: published.status, polled: await poll, protocol: navigation.nextHopProtocol };
      });
      assert.equal(outcome.status, 204);
      assert.deepEqual(outcome.polled.items[0].item.value, { text: "from a page" });
      assert.equal(outcome.protocol, protocol);
      await page.close();
    });
  }
});

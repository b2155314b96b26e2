// A site with pages that subscribe by WebSocket, on another port than the server; and how a test talks to such a page.

import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join, normalize } from "node:path";

import { repositoryRoot } from "../harness.mjs";

const folders = {
  "/page/": join(import.meta.dirname, "page"),
  "/sdk/": join(repositoryRoot, "packages", "sdk", "dist"),
};

/** A page that has not come as far by then never will: the test says what the page has seen, which its file's time limit could not. */
const hungAfterMs = 90_000;

export async function startSite() {
  const site = createServer((request, response) => {
    const path = normalize(request.url ?? "/");
    for (const [prefix, folder] of Object.entries(folders)) {
      if (!path.startsWith(prefix)) continue;
      response.setHeader("content-type", "text/javascript");
      response.end(readFileSync(join(folder, path.slice(prefix.length))));
      return;
    }
    response.setHeader("content-type", "text/html");
    response.end('<!doctype html><meta charset="utf-8"><title>page</title><body></body>');
  });
  site.listen(0, "127.0.0.1");
  await once(site, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (site.address());
  return { url: `http://127.0.0.1:${port}/`, close: () => site.close() };
}

/**
 * @typedef {object} Seen
 * @property {number[]} sequences
 * @property {string[]} texts
 * @property {[last: number, next: number][]} discontinuities
 * @property {string[]} errors
 * @property {[code: number, reason: string][]} closes
 * @property {number} opens
 * @property {number} frames
 * @property {string} line
 *
 * @typedef {{ server: string, topic: string, token?: string }} Start
 */

/** A page that is subscribed. `kind`: which script. */
export class TopicPage {
  page;

  /** @param {import("playwright-core").Page} page */
  constructor(page) {
    this.page = page;
  }

  /**
   * @param {import("playwright-core").Browser} browser @param {string} site
   * @param {"by-hand" | "by-sdk" | "by-event-source"} kind @param {Start} options
   */
  static async open(browser, site, kind, options) {
    const page = await (await browser.newContext()).newPage();
    await page.goto(site);
    const first = await page.evaluate(
      async ([script, how]) => {
        const { start } = await import(String(script));
        const all = /** @type {any} */ (window);
        all.topic = await start(how);
        return all.topic.first;
      },
      /** @type {const} */ ([`/page/${kind}.js`, options]),
    );
    return Object.assign(new TopicPage(page), { first: String(first) });
  }

  /** @returns {Promise<Seen>} */
  seen() {
    return this.page.evaluate(() => {
      const { record } = /** @type {any} */ (window).topic;
      return { ...JSON.parse(JSON.stringify(record)), line: record.line() };
    });
  }

  /** Resolves to what it has seen once `isEnough` holds. @param {(seen: Seen) => boolean} isEnough */
  async until(isEnough) {
    const end = Date.now() + hungAfterMs;
    for (;;) {
      const seen = await this.seen();
      if (isEnough(seen)) return seen;
      if (Date.now() > end) throw new Error(`the page hangs; it has seen ${JSON.stringify(seen)}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** @param {string} text */
  publish(text) {
    return this.page.evaluate((one) => /** @type {any} */ (window).topic.publish(one), text);
  }

  close() {
    return this.page.context().close();
  }
}

/** From outside the browser. @param {string} url @param {string} topic @param {string} body */
export async function publishOutside(url, topic, body) {
  const { status } = await fetch(`${url}/topics/default/${topic}`, { method: "POST", body });
  if (status !== 204) throw new Error(`publish: ${status}`);
}

/** A token for all topics. @param {import("../harness.mjs").SubitoServer} server @param {number} seconds */
export async function createToken(server, seconds) {
  const rule = { type: "topic", permissions: ["read", "write"], caches: "*", topics: "*" };
  const response = await fetch(`${server.url}/tokens`, {
    method: "POST",
    headers: { authorization: server.apiKey ?? "" },
    body: JSON.stringify({ expires_in_seconds: seconds, permissions: { rules: [rule] } }),
  });
  return /** @type {any} */ (await response.json()).token;
}

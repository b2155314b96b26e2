// Pages that use the published web client: their own little site, what runs in them, and how a test talks to it.

import { once } from "node:events";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";

import { bundle } from "./bundle.mjs";

/** A site of its own, on another port than the server: so every call is one to another origin. */
export async function startSite() {
  const script = bundle("@gomomento/sdk-web", fileURLToPath(import.meta.url), "momento");
  const site = createServer((request, response) => {
    const isScript = request.url === "/sdk.js";
    response.setHeader("content-type", isScript ? "text/javascript" : "text/html");
    response.end(isScript ? script : '<!doctype html><meta charset="utf-8"><script src="/sdk.js"></script>');
  });
  return open(site);
}

/** A site of its own too, whose page is empty. */
export async function startBlankSite() {
  const site = createServer((_request, response) => {
    response.setHeader("content-type", "text/html");
    response.end('<!doctype html><meta charset="utf-8">');
  });
  return open(site);
}

/** @param {import("node:http").Server} site */
async function open(site) {
  site.listen(0, "127.0.0.1");
  await once(site, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (site.address());
  return { url: `http://127.0.0.1:${port}/`, close: () => site.close() };
}

/**
 * Makes a topic client in the page, and the functions that the tests call there.
 * @param {import("playwright-core").Page} page
 * @param {{ site: string, server: string, apiKey: string }} where  apiKey: what an SDK takes
 */
export async function openPage(page, { site, server, apiKey }) {
  await page.goto(site);
  await page.evaluate(setUp, { server, apiKey });
}

/**
 * Runs in the page.
 * @param {{ server: string, apiKey: string }} where
 */
function setUp({ server, apiKey }) {
  const all = /** @type {any} */ (window);
  const { momento } = all;
  const credentialProvider = momento.CredentialProvider.fromString({
    apiKey,
    endpointOverrides: { cacheEndpoint: server, controlEndpoint: server, tokenEndpoint: server },
  });
  const client = new momento.TopicClient({
    configuration: momento.TopicConfigurations.Browser.latest(),
    credentialProvider,
  });
  all.received = /** @type {Record<string, string[]>} */ ({});
  all.errors = /** @type {string[]} */ ([]);
  all.bytes = 0;
  all.publish = async (/** @type {string} */ topic, /** @type {string} */ text) =>
    (await client.publish("default", topic, text)).toString();
  all.subscribe = async (/** @type {string} */ topic, /** @type {boolean} */ countOnly) => {
    all.received[topic] = [];
    const result = await client.subscribe("default", topic, {
      onItem: (/** @type {any} */ item) => {
        if (countOnly) all.bytes += item.valueString().length;
        else all.received[topic].push(item.valueString());
      },
      onError: (/** @type {any} */ error) => all.errors.push(error.errorCode()),
    });
    return result.toString().slice(0, 200);
  };
}

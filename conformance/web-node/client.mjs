// The published web client in Node, unmodified, with the two things of a browser that it asks for: an XMLHttpRequest whose text can be read
// as it comes, which only jsdom's has, and the name of the browser. jsdom keeps the rules of origins, as browsers do.

import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const { JSDOM, VirtualConsole } = require("jsdom");

/** Of the page that the client believes to be in. */
export const ORIGIN = "http://page.localhost:3000";

// Its console is heard by nobody: it tells of every connection that is cut.
const { window } = new JSDOM("", { url: ORIGIN, virtualConsole: new VirtualConsole() });
const all = /** @type {any} */ (globalThis);
all.XMLHttpRequest = window.XMLHttpRequest;
Object.defineProperty(all, "navigator", { value: window.navigator, configurable: true });

const { CredentialProvider, TopicClient, TopicConfigurations } = require("@gomomento/sdk-web");

/**
 * @typedef {object} Reader
 * @property {(string | Uint8Array)[]} values
 * @property {string[]} errors
 * @property {any[]} discontinuities
 * @property {() => void} unsubscribe
 */

/** A topic client for the server at `url`. @param {string} url @param {string} apiKey what an SDK takes */
export function createClient(url, apiKey) {
  const client = new TopicClient({
    configuration: TopicConfigurations.Browser.latest(),
    credentialProvider: CredentialProvider.fromString({
      apiKey,
      endpointOverrides: { cacheEndpoint: url, controlEndpoint: url, tokenEndpoint: url },
    }),
  });
  return {
    /** @param {string} topic @param {string | Uint8Array} value @param {string} [cacheName] */
    publish: async (topic, value, cacheName = "default") =>
      (await client.publish(cacheName, topic, value)).toString(),
    /**
     * @param {string} topic @param {string} [cacheName]
     * @returns {Promise<Reader & { answer: string }>}
     */
    async subscribe(topic, cacheName = "default") {
      /** @type {Reader} */
      const reader = { values: [], errors: [], discontinuities: [], unsubscribe: () => undefined };
      const answer = await client.subscribe(cacheName, topic, {
        onItem: (/** @type {any} */ item) => reader.values.push(item.value()),
        onError: (/** @type {any} */ error) => reader.errors.push(error.errorCode()),
        onDiscontinuity: (/** @type {any} */ told) => reader.discontinuities.push(told),
      });
      reader.unsubscribe = () => answer.unsubscribe?.();
      return Object.assign(reader, { answer: answer.toString().slice(0, 200) });
    },
  };
}

/** @param {() => boolean | Promise<boolean>} isDone */
export async function until(isDone) {
  while (!(await isDone())) await new Promise((resolve) => setTimeout(resolve, 20));
}

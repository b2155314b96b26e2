// What the SDK adds to a page: bundled and minified by esbuild as a site would do it, then gzipped (level 9).

import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";

import { bundle } from "./bundle.mjs";

/** What a page has that publishes and subscribes with tokens of its back end. */
const pageBytesMax = 6 * 1024;
/** All that there is, Momento's ways to say the same with it. */
const allBytesMax = 6.5 * 1024;

/** @param {Uint8Array} bytes */
const gzippedLength = (bytes) => gzipSync(bytes, { level: 9 }).length;

test("a page that publishes and subscribes loads less than 6 KiB for it", async (t) => {
  const bytes = await bundle('export { TopicClient, TopicPublish, TopicSubscribe } from "./dist/index.js"');
  t.diagnostic(`minified ${bytes.length} bytes, gzipped ${gzippedLength(bytes)}`);
  assert.ok(gzippedLength(bytes) < pageBytesMax);
});

test("all of it is below 6.5 KiB, and needs nothing of Node", async (t) => {
  const bytes = await bundle('export * from "./dist/index.js"');
  t.diagnostic(`minified ${bytes.length} bytes, gzipped ${gzippedLength(bytes)}`);
  assert.ok(gzippedLength(bytes) < allBytesMax);
  // It is the whole: what is exported works in the bundle.
  const sdk = await import(`data:text/javascript;base64,${Buffer.from(bytes).toString("base64")}`);
  const fetch = async () => ({ ok: true, status: 204, text: async () => "" });
  const client = new sdk.TopicClient({ url: "http://127.0.0.1:1", fetch });
  assert.ok((await client.publish("default", "news", "x")) instanceof sdk.TopicPublish.Success);
});

test("what a page does not use is left out", async () => {
  const one = await bundle('export { MomentoErrorCode } from "./dist/index.js"');
  assert.ok(one.length < 1000, `${one.length} bytes`);
});

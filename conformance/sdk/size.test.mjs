// What the SDK adds to a page: everything that it exports, bundled and minified by esbuild as a site would do it, then gzipped.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";

import { build } from "esbuild";

import { repositoryRoot } from "../harness.mjs";

const gzippedBytesMax = 6 * 1024;

/** @param {string} source of the page's script */
async function bundle(source) {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: join(repositoryRoot, "packages", "sdk") },
    ...{ bundle: true, minify: true, write: false },
    ...{ format: "esm", platform: "browser", target: "es2022" },
  });
  return outputFiles[0]?.contents ?? new Uint8Array();
}

test("all of it is below 6 KiB, and needs nothing of Node", async (t) => {
  const bytes = await bundle('export * from "./dist/index.js"');
  const gzipped = gzipSync(bytes, { level: 9 }).length;
  t.diagnostic(`minified ${bytes.length} bytes, gzipped ${gzipped}`);
  assert.ok(gzipped < gzippedBytesMax, `${gzipped} bytes`);
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

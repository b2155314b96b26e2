// The SDK as a site has it: bundled and minified by esbuild.

import { join } from "node:path";

import { build } from "esbuild";

import { repositoryRoot } from "../harness.mjs";

/** @param {string} source of the page's script; the SDK is `./dist/index.js` there */
export async function bundle(source) {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: join(repositoryRoot, "packages", "sdk") },
    ...{ bundle: true, minify: true, write: false },
    ...{ format: "esm", platform: "browser", target: "es2022" },
  });
  return outputFiles[0]?.contents ?? new Uint8Array();
}

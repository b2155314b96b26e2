// Hooks of node:module that load our compiled modules with counters; they run in a thread of their own.

import type { LoadHook, InitializeHook } from "node:module";

import { COVERAGE_GLOBAL } from "./coverage.js";
import { instrument } from "./instrument.js";

/** Where the packages lie: a file URL that ends in "/". */
let packagesUrl = "";

export const initialize: InitializeHook<string> = (url) => {
  packagesUrl = url;
};

/** Only what is fuzzed counts: not the targets and their models, nor the fuzzer. */
function isFuzzed(url: string): boolean {
  if (!url.startsWith(packagesUrl)) return false;
  const path = url.slice(packagesUrl.length);
  return (
    /^(http2|server|websocket)\/dist\/.*\.js$/.test(path) &&
    !/\.fuzz\.js$|\/testing\/|\/kernel\/errors\.js$/.test(path)
  );
}

export const load: LoadHook = async (url, context, nextLoad) => {
  const loaded = await nextLoad(url, context);
  if (!isFuzzed(url) || loaded.source === undefined) return loaded;
  const { source } = loaded;
  const text = typeof source === "string" ? source : Buffer.from(source as Uint8Array).toString("utf8");
  return { ...loaded, source: instrument(text, COVERAGE_GLOBAL) };
};

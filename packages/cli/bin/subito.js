#!/usr/bin/env node
// The `subito` command. In a clone it needs `npm run build` first; the published package comes built.
import { existsSync } from "node:fs";

const main = new URL("../dist/main.js", import.meta.url);
if (existsSync(main)) {
  await import(main.href);
} else {
  process.stderr.write("subito is not built yet: run `npm run build` first.\n");
  process.exitCode = 1;
}

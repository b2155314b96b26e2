#!/usr/bin/env node
// The `subito` command. In a clone it needs `npm run build` first; the published package comes built.
import { existsSync } from "node:fs";
import { setFlagsFromString } from "node:v8";

// Before anything else is loaded: V8 lets the space for new objects grow to tens of megabytes under load, and keeps it. A server with
// thousands of idle connections is better off without, and sets the size itself (docs/decisions/0006-a-small-new-space.md).
if (process.argv[2] === "serve") setFlagsFromString("--semi-space-growth-factor=1");

const main = new URL("../dist/main.js", import.meta.url);
if (existsSync(main)) {
  await import(main.href);
} else {
  process.stderr.write("subito is not built yet: run `npm run build` first.\n");
  process.exitCode = 1;
}

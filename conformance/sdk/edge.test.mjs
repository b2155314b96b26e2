// The SDK in an edge function: workerd, the runtime of Cloudflare Workers, with its own `fetch` and `WebSocket`.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";

import { build } from "esbuild";

import { createTemporaryDirectory, startSubito } from "../harness.mjs";

const workerd = join(import.meta.dirname, "node_modules/@cloudflare/workerd-linux-64/bin/workerd");
const skip =
  existsSync(workerd) || process.arch === "x64" ? false : `there is no package for ${process.arch}`;

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
  const entryPoints = [join(import.meta.dirname, "runtimes/edge.mjs")];
  await build({ entryPoints, bundle: true, format: "esm", outfile: join(directory, "edge.js") });
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

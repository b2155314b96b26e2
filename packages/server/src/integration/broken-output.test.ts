// A standard output or error that fails, is closed or stands still: the server serves on, ends when it is told to, and loses no key.

import assert from "node:assert/strict";
import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { constants, readSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { openDescriptor, openFullPipe } from "../testing/descriptors.js";
import { readMetrics } from "../testing/metrics.js";
import { pollUntil } from "../testing/poll-until.js";
import { askHttp } from "../testing/running-server.js";
import { createTestDirectory } from "../testing/test-directory.js";

const subito = fileURLToPath(new URL("../../../cli/bin/subito.js", import.meta.url));
const onLinux = { skip: process.platform !== "linux" };

interface Run {
  readonly child: ChildProcess;
  readonly port: number;
  readonly exited: Promise<number | null>;
}

/** Known beforehand, since what is printed may not be readable. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}

async function serve(
  t: TestContext,
  stdio: StdioOptions,
  more: { dataDir?: string; args?: readonly string[] } = {},
): Promise<Run> {
  const port = await freePort();
  const { dataDir = await createTestDirectory(t), args = [] } = more;
  const environment = Object.entries(process.env).filter(([name]) => !name.startsWith("SUBITO_"));
  const child = spawn(
    process.execPath,
    [subito, "serve", "--port", String(port), "--data-dir", dataDir, ...args],
    { stdio, env: Object.fromEntries(environment) },
  );
  t.after(() => child.kill("SIGKILL"));
  return { child, port, exited: once(child, "close").then(([code]) => code as number | null) };
}

async function untilUp(run: Run): Promise<void> {
  await pollUntil(() =>
    askHttp(run, "/readyz").then(
      ({ status }) => status === 200,
      () => false,
    ),
  );
}

/** Each is an audit line. */
async function makeKeys(run: Run, count: number): Promise<void> {
  const body = JSON.stringify({ role_id: "viewer", description: "x", expiry: "never" });
  const headers = { "content-type": "application/json" };
  for (let i = 0; i < count; i++) {
    assert.equal((await askHttp(run, "/api-keys", { body, headers })).status, 200);
  }
}

async function stop(run: Run): Promise<void> {
  run.child.kill("SIGTERM");
  assert.equal(await run.exited, 0);
}

test(
  "log lines that standard error does not take are dropped and counted, and SIGTERM ends the server",
  onLinux,
  async (t) => {
    const run = await serve(t, ["ignore", "ignore", openDescriptor(t, "/dev/full", constants.O_WRONLY)]);
    await untilUp(run);
    await makeKeys(run, 5);
    await pollUntil(async () => ((await readMetrics(run)).get("subito_log_lines_dropped_total") ?? 0) >= 5);
    await stop(run);
  },
);

test("a standard error whose reader has gone changes nothing", async (t) => {
  const run = await serve(t, ["ignore", "ignore", "pipe"]);
  run.child.stderr?.destroy();
  await untilUp(run);
  await makeKeys(run, 5);
  await stop(run);
});

test("a standard error that nobody reads holds up neither the server nor its end", onLinux, async (t) => {
  const { writeEnd } = await openFullPipe(t);
  const run = await serve(t, ["ignore", "ignore", writeEnd]);
  await untilUp(run);
  await makeKeys(run, 50);
  await stop(run);
});

test("what standard error takes late is written late, in order", onLinux, async (t) => {
  const { readEnd, writeEnd } = await openFullPipe(t);
  const run = await serve(t, ["ignore", "ignore", writeEnd]);
  await untilUp(run);
  await makeKeys(run, 3);
  let text = "";
  const bytes = Buffer.alloc(4096);
  await pollUntil(() => {
    try {
      text += bytes.toString("latin1", 0, readSync(readEnd, bytes));
    } catch (error) {
      assert.equal((error as NodeJS.ErrnoException).code, "EAGAIN");
    }
    return text.split("api key created").length === 5 && text.endsWith("\n");
  });
  const lines = text.replace(/^-+/, "").trimEnd().split("\n");
  const messages = lines.map((line) => (JSON.parse(line) as { msg: string }).msg);
  const created = "audit: api key created";
  assert.deepEqual(
    messages.filter((message) => message === created || message === "listening"),
    [created, "listening", created, created, created],
  );
  await stop(run);
});

const required = ["--auth", "required"];

async function keysIn(dataDir: string): Promise<unknown[]> {
  const catalog = JSON.parse(await readFile(join(dataDir, "catalog.json"), "utf8")) as { apiKeys: unknown[] };
  return catalog.apiKeys;
}

test(
  "a first key that cannot be shown is taken back: the start fails, and the next one makes another",
  onLinux,
  async (t) => {
    const dataDir = await createTestDirectory(t);
    const failing = await serve(t, ["ignore", openDescriptor(t, "/dev/full", constants.O_WRONLY), "pipe"], {
      ...{ dataDir, args: required },
    });
    let stderr = "";
    failing.child.stderr?.on("data", (piece: Buffer) => (stderr += piece.toString()));
    assert.equal(await failing.exited, 1);
    assert.match(stderr, /^subito serve: The first API key could not be shown.*ENOSPC.*Start again/m);
    assert.doesNotMatch(stderr, /Unhandled/);
    assert.deepEqual(await keysIn(dataDir), []);

    const next = await serve(t, ["ignore", "pipe", "ignore"], { dataDir, args: required });
    let stdout = "";
    next.child.stdout?.on("data", (piece: Buffer) => (stdout += piece.toString()));
    await pollUntil(() => /^API key: \S+$/m.test(stdout));
    await stop(next);
  },
);

test(
  "where no key is needed the server goes on, whatever standard output does, and no key is made that nobody saw",
  onLinux,
  async (t) => {
    const dataDir = await createTestDirectory(t);
    const closed = await serve(t, ["ignore", "pipe", "ignore"]);
    closed.child.stdout?.destroy();
    const full = await serve(t, ["ignore", openDescriptor(t, "/dev/full", constants.O_WRONLY), "ignore"], {
      dataDir,
    });
    await untilUp(full);
    await pollUntil(async () => (await keysIn(dataDir)).length === 0);
    const { writeEnd } = await openFullPipe(t);
    const unread = await serve(t, ["ignore", writeEnd, "ignore"]);
    for (const run of [closed, full, unread]) {
      await untilUp(run);
      await makeKeys(run, 1);
      await stop(run);
    }
  },
);

test("a server that has made no new key goes on with a closed standard output", async (t) => {
  const dataDir = await createTestDirectory(t);
  const first = await serve(t, ["ignore", "pipe", "ignore"], { dataDir, args: required });
  first.child.stdout?.resume();
  await untilUp(first);
  await stop(first);
  const run = await serve(t, ["ignore", "pipe", "ignore"], { dataDir, args: required });
  run.child.stdout?.destroy();
  await untilUp(run);
  assert.equal((await keysIn(dataDir)).length, 1);
  await stop(run);
});

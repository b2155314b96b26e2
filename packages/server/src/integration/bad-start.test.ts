// Starts that must be refused: what is in the way is named, nothing is changed, and once it is gone the server starts.

import assert from "node:assert/strict";
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, readFile, readdir, readlink, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { parseConfig } from "../config/config.js";
import { silentLogger } from "../kernel/log.js";
import { startServer } from "../server.js";
import { createCacheGrpc, listCachesGrpc } from "../testing/grpc-client.js";
import { askHttp, openHttp2, startTestServer } from "../testing/running-server.js";
import { createRecordingLogger } from "../testing/recording-logger.js";
import { createTestDirectory } from "../testing/test-directory.js";

/** Tries to start; resolves to the message of the refusal. */
async function refusal(dataDir: string, flags: Record<string, string> = {}): Promise<string> {
  const config = parseConfig({ port: "0", "data-dir": dataDir, ...flags });
  try {
    const server = await startServer(config, { log: silentLogger });
    await server.close();
  } catch (error) {
    assert.ok(error instanceof Error);
    return error.message;
  }
  return assert.fail("the server has started");
}

test("a catalog that cannot be read refuses the start, names the file, and is left as it is", async (t) => {
  const dataDir = await createTestDirectory(t);
  const server = await startTestServer(t, { flags: { "data-dir": dataDir } });
  assert.equal((await createCacheGrpc(openHttp2(t, server), "kept")).status, 0);
  await server.close();
  const path = join(dataDir, "catalog.json");
  const good = await readFile(path);
  const corrupt: readonly (Buffer | string)[] = [
    "",
    "not json",
    good.subarray(0, good.length - 10),
    "[]",
    '{"version":1}',
    '{"version":2,"caches":[],"apiKeys":[]}',
    '{"version":1,"caches":[{"name":"","createdAtMs":0}],"apiKeys":[]}',
    Buffer.concat([good.subarray(0, 20), Buffer.from([0xff, 0]), good.subarray(20)]),
  ];
  for (const bytes of corrupt) {
    await writeFile(path, bytes);
    const message = await refusal(dataDir);
    assert.ok(message.includes(path), message);
    assert.deepEqual(await readFile(path), Buffer.from(bytes));
  }
  await rm(path);
  await mkdir(path);
  assert.ok((await refusal(dataDir)).includes(path));
  await rm(path, { recursive: true });
  await writeFile(path, good);
  const again = await startTestServer(t, { flags: { "data-dir": dataDir } });
  assert.deepEqual((await listCachesGrpc(openHttp2(t, again))).sort(), ["default", "kept"]);
});

test("a catalog that is a link to nothing refuses the start, and stays", async (t) => {
  const dataDir = await createTestDirectory(t);
  const path = join(dataDir, "catalog.json");
  const target = join(dataDir, "elsewhere.json");
  await symlink(target, path);
  const message = await refusal(dataDir);
  assert.ok(message.includes(path) && message.includes("symbolic link"), message);
  assert.equal(await readlink(path), target);
  assert.deepEqual(await readdir(dataDir), ["catalog.json"]);
});

test("a data directory that is a file, or lies below one, refuses the start and is named", async (t) => {
  const directory = await createTestDirectory(t);
  const file = join(directory, "file");
  await writeFile(file, "something else");
  for (const dataDir of [file, join(file, "below")]) {
    const message = await refusal(dataDir);
    assert.ok(message.includes(dataDir), message);
  }
  assert.equal(await readFile(file, "utf8"), "something else");
});

test("a data directory that cannot be written refuses the start and is named", async (t) => {
  // Where even root makes no file.
  if (process.platform === "linux") assert.ok((await refusal("/proc/sys")).includes("/proc/sys"));
  const dataDir = await createTestDirectory(t);
  await chmod(dataDir, 0o500);
  // Root may write there in spite of it.
  if (process.getuid?.() !== 0) assert.ok((await refusal(dataDir)).includes(dataDir));
});

test("a data directory in use refuses a second server, and the first is not disturbed", async (t) => {
  const server = await startTestServer(t);
  const before = await readdir(server.dataDir);
  const message = await refusal(server.dataDir);
  assert.ok(message.includes(server.dataDir) && message.includes("in use"), message);
  assert.deepEqual(await readdir(server.dataDir), before);
  assert.equal((await createCacheGrpc(openHttp2(t, server), "made-after")).status, 0);
});

test("a server whose lock was removed writes nothing to the directory any more, and the next one has it for itself", async (t) => {
  const log = createRecordingLogger();
  const first = await startTestServer(t, { overrides: { log } });
  const { dataDir } = first;
  await rm(join(dataDir, "lock.sock"));
  const second = await startTestServer(t, { flags: { "data-dir": dataDir } });
  const before = await readFile(join(dataDir, "catalog.json"));
  assert.equal((await createCacheGrpc(openHttp2(t, first), "lost")).status, 14);
  const { fields } = await log.until(/the catalog cannot be written/);
  assert.match((fields["err"] as Error).message, /lock of the data directory/);
  assert.deepEqual(await readFile(join(dataDir, "catalog.json")), before);
  await first.close();
  assert.equal((await createCacheGrpc(openHttp2(t, second), "kept")).status, 0);
  assert.match(await refusal(dataDir), /in use/);
});

test("files with secrets that others may read are used, with a warning for each", async (t) => {
  const dataDir = join(await createTestDirectory(t), "data");
  const log = createRecordingLogger();
  const start = () => startTestServer(t, { flags: { "data-dir": dataDir }, overrides: { log } });
  await (await start()).close();
  // As `mkdir` leaves it: its names are no secret.
  await chmod(dataDir, 0o755);
  await (await start()).close();
  assert.equal(log.count(/others/), 0);
  await chmod(dataDir, 0o775);
  await chmod(join(dataDir, "catalog.json"), 0o640);
  await start();
  const warnings = log.lines.filter(({ message }) => /others/.test(message));
  assert.deepEqual(
    warnings.map(({ level, fields }) => [level, fields]),
    [
      ["warn", { path: dataDir, mode: "0775" }],
      ["warn", { path: join(dataDir, "catalog.json"), mode: "0640" }],
    ],
  );
});

test("a port in use refuses the start, and the data directory is free again", async (t) => {
  const server = await startTestServer(t);
  const dataDir = await createTestDirectory(t);
  assert.match(await refusal(dataDir, { port: String(server.port) }), /EADDRINUSE/);
  const second = await startTestServer(t, { flags: { "data-dir": dataDir } });
  assert.equal((await askHttp(second, "/readyz")).status, 200);
  assert.equal((await askHttp(server, "/readyz")).status, 200);
});

test("a limit of memory that leaves no room to work refuses the start, and says how much would do", async (t) => {
  const dataDir = await createTestDirectory(t);
  const message = await refusal(dataDir, { "memory-max-mb": "1" });
  const [, least] =
    /^--memory-max-mb 1 \(SUBITO_MEMORY_MAX_MB\) is too little.*takes \d+ MiB.*Give it (\d+) or more\.$/.exec(
      message,
    ) ?? [];
  assert.ok(least !== undefined, message);
  // A little more, since what this process takes is not the same all the time.
  await startTestServer(t, { flags: { "data-dir": dataDir, "memory-max-mb": String(Number(least) + 50) } });
});

// ---- the command itself ----

const subito = fileURLToPath(new URL("../../../cli/bin/subito.js", import.meta.url));

interface Run {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly exited: Promise<number | null>;
}

function runSubito(t: TestContext, args: readonly string[], environment: Record<string, string> = {}): Run {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("SUBITO_"));
  const child = spawn(process.execPath, [subito, ...args], {
    env: { ...Object.fromEntries(inherited), ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  t.after(() => child.kill("SIGKILL"));
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (piece: Buffer) => (stdout += piece.toString()));
  child.stderr.on("data", (piece: Buffer) => (stderr += piece.toString()));
  const exited = once(child, "close").then(([code]) => code as number | null);
  return { child, stdout: () => stdout, stderr: () => stderr, exited };
}

test("subito serve: a configuration that cannot be used exits with 2 and says why, before anything is made", async (t) => {
  const directory = await createTestDirectory(t);
  const dataDir = join(directory, "data");
  const cases: readonly [args: string[], environment: Record<string, string>, reason: RegExp][] = [
    [["--auth", "open", "--host", "0.0.0.0"], {}, /0\.0\.0\.0 can be reached from other machines/],
    [["--port", "70000"], {}, /--port \(SUBITO_PORT\).*65535/],
    [["--prot", "1"], {}, /--prot.*--port/],
    [[], { SUBITO_LOG_LEVEL: "loud" }, /SUBITO_LOG_LEVEL/],
    [[], { SUBITO_AUTH: "open", SUBITO_HOST: "::" }, /other machines/],
  ];
  for (const [args, environment, reason] of cases) {
    const run = runSubito(t, ["serve", "--data-dir", dataDir, ...args], environment);
    assert.equal(await run.exited, 2, run.stderr());
    assert.match(run.stderr(), reason);
    assert.equal(run.stdout(), "");
  }
  assert.deepEqual(await readdir(directory), []);
});

test("subito serve: a start that fails exits with 1 and says what is in the way", async (t) => {
  const dataDir = await createTestDirectory(t);
  const server = await startTestServer(t);
  const run = runSubito(t, ["serve", "--data-dir", dataDir, "--port", String(server.port)]);
  assert.equal(await run.exited, 1);
  assert.match(run.stderr(), new RegExp(`127\\.0\\.0\\.1:${server.port} is in use.*--port`));
  const path = join(dataDir, "catalog.json");
  await writeFile(path, "{");
  const corrupt = runSubito(t, ["serve", "--data-dir", dataDir, "--port", "0"]);
  assert.equal(await corrupt.exited, 1);
  assert.ok(corrupt.stderr().includes(path));
  assert.equal(corrupt.stdout(), "");
});

test("subito serve: says where it listens, serves, and ends with 0 on SIGTERM and SIGINT", async (t) => {
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    const run = runSubito(t, ["serve", "--port", "0", "--data-dir", await createTestDirectory(t)]);
    await Promise.race([once(run.child.stdout, "data"), run.exited]);
    const [, port] = /^Subito listens on http:\/\/127\.0\.0\.1:(\d+)\n/.exec(run.stdout()) ?? [];
    assert.ok(port !== undefined, run.stderr());
    assert.equal((await askHttp({ port: Number(port) }, "/readyz")).status, 200);
    run.child.kill(signal);
    assert.equal(await run.exited, 0);
  }
});

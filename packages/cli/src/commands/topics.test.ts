// `subito publish` and `subito subscribe` on real servers: what they print, and with which exit code they end.

import assert from "node:assert/strict";
import { type ChildProcessByStdio, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { after, before, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type RealServer, runCommand, startRealServer } from "../testing/real-server.js";

const command = fileURLToPath(new URL("../../bin/subito.js", import.meta.url));

let server: RealServer;
before(async () => {
  server = await startRealServer();
});
after(() => server.close());

/** A running `subito subscribe`, and what it has printed so far. */
class Subscriber {
  stdout = "";
  stderr = "";
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly exited: Promise<unknown[]>;

  constructor(target: { readonly url: string; readonly apiKey: string }, args: readonly string[]) {
    const env = { ...process.env, SUBITO_URL: target.url, SUBITO_API_KEY: target.apiKey };
    const child = spawn(process.execPath, [command, "subscribe", ...args], {
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child = child;
    this.exited = once(child, "exit");
    child.stdout.setEncoding("utf8").on("data", (text: string) => (this.stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (this.stderr += text));
  }

  /** Resolves when standard error has `pattern`; rejects when the command ends before. */
  async until(pattern: RegExp): Promise<void> {
    const ended = this.exited.then(() => "ended");
    while (!pattern.test(this.stderr)) {
      const first = await Promise.race([once(this.#child.stderr, "data"), ended]);
      if (first === "ended" && !pattern.test(this.stderr)) assert.fail(`it ended: ${this.stderr}`);
    }
  }

  /** Its standard output is not read any more until `go` is called, as by a program that is busy. */
  halt(): void {
    this.#child.stdout.pause();
  }

  go(): void {
    this.#child.stdout.resume();
  }

  /** Its resident memory now. */
  get residentMb(): number {
    const [, kb] =
      /^VmRSS:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${this.#child.pid}/status`, "latin1")) ?? [];
    return Number(kb) / 1024;
  }

  stop(): void {
    this.#child.kill("SIGTERM");
  }
}

async function publish(topic: string, text: string): Promise<void> {
  const headers = { authorization: server.apiKey };
  const { status } = await fetch(`${server.url}/topics/default/${topic}`, {
    method: "POST",
    headers,
    body: text,
  });
  assert.equal(status, 204);
}

test("items are printed as they come, as text or base64, and after the last one it ends", async () => {
  const subscriber = new Subscriber(server, ["default", "plain", "--count", "5"]);
  await subscriber.until(/subito: subscribed to plain in default\n/);
  await server.print(["publish", "default", "plain", "Hello é"]);
  await server.print(["publish", "default", "plain", "AAEC", "--base64"]);
  await server.print(["publish", "default", "plain"], "from standard input");
  await server.print(["publish", "default", "plain", "--binary"], Buffer.from([0xff, 0, 0xfe]));
  await server.print(["publish", "default", "plain", ""]);
  assert.deepEqual(await subscriber.exited, [0, null]);
  assert.equal(subscriber.stdout, "Hello é\nAAEC\nfrom standard input\n/wD+\n\n");
  assert.equal(subscriber.stderr, "subito: subscribed to plain in default\n");
});

test("as JSON, from a number on, with pages, publishers and gaps", async () => {
  await server.print(["publish", "default", "json", "a"]);
  const made = await server.print([
    "tokens",
    "create",
    "--publish",
    "default/json",
    "--expires",
    "10m",
    "--id",
    "alice",
  ]);
  await server.print(["publish", "default", "json", "AAEC", "--base64", "--api-key", made.trim()]);
  const read = async (...args: string[]): Promise<Record<string, unknown>[]> => {
    const printed = await server.print(["subscribe", "default", "json", "--json", ...args]);
    return printed
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  };
  const [first, second] = await read("--from", "1", "--count", "2");
  const page = first?.["page"];
  assert.ok(typeof page === "number" && page > 0);
  assert.deepEqual(first, { page, sequence: 1, text: "a", publisherId: "" });
  assert.deepEqual(second, { page, sequence: 2, binary: "AAEC", publisherId: "alice" });
  assert.deepEqual(await read("--from", "2", "--page", String(page), "--count", "1"), [second]);
  assert.deepEqual(await read("--from", "300", "--page", "7", "--count", "1"), [
    { discontinuity: { last: 299, new: 0, page } },
    first,
  ]);
});

test("a server that goes away and comes back is told of, and the subscription goes on", async () => {
  const first = await startRealServer();
  const subscriber = new Subscriber(first, ["default", "road", "--count", "1"]);
  await subscriber.until(/subscribed to road/);
  await first.close();
  await subscriber.until(/Trying again\.\n/);
  const { port } = new URL(first.url);
  const second = await startRealServer(["--port", port]);
  const known = new Subscriber(second, ["default", "road", "--count", "1"]);
  await known.until(/subscribed to road/);
  // The key of the first server is unknown to the second, which is another one: that ends it.
  assert.deepEqual(await subscriber.exited, [1, null]);
  assert.match(subscriber.stderr, /Give the server's API key with --api-key or SUBITO_API_KEY\.\n$/);
  known.stop();
  await known.exited;
  await second.close();
});

test("what waits for a slow reader is bounded, and each item is printed or told as lost", async (t) => {
  const subscriber = new Subscriber(server, ["default", "slow"]);
  t.after(() => subscriber.stop());
  await subscriber.until(/subscribed to slow/);
  subscriber.halt();
  const itemBytes = 500_000;
  const itemCount = 800;
  for (let round = 0; round < itemCount / 4; round++) {
    await Promise.all([0, 1, 2, 3].map(() => publish("slow", "x".repeat(itemBytes))));
  }
  // All of them would be 400 MB.
  const { residentMb } = subscriber;
  assert.ok(residentMb < 300, `${residentMb} MB`);
  subscriber.go();
  await publish("slow", "the end");
  while (!subscriber.stdout.endsWith("the end\n")) await delay(20);
  // Publishes that are under way together may change places: what counts is how many there are.
  const printed = subscriber.stdout.split("\n").length - 2;
  const losses = [...subscriber.stderr.matchAll(/items (\d+) to (\d+) are lost/g)];
  const lost = losses.reduce((sum, [, first, last]) => sum + Number(last) - Number(first) + 1, 0);
  assert.ok(lost > 0);
  assert.equal(printed + lost, itemCount);
});

test("without a reader it ends, and without a word", async () => {
  for (let number = 1; number <= 3; number++) await publish("pipe", `item ${number}`);
  const line = `${process.execPath} ${command} subscribe default pipe --from 1 | head -1`;
  const env = { ...process.env, SUBITO_URL: server.url, SUBITO_API_KEY: server.apiKey };
  const child = execFile("sh", ["-c", line], { env });
  let output = "";
  child.stdout?.on("data", (text: string) => (output += text));
  child.stderr?.on("data", (text: string) => (output += text));
  // It notices when it prints the next one.
  const more = setInterval(() => void publish("pipe", "more"), 100);
  await once(child, "close");
  clearInterval(more);
  assert.equal(output.replace("subito: subscribed to pipe in default\n", ""), "item 1\n");
});

test("a terminal gets escapes in place of what would act on it", async () => {
  await publish("terminal", "one\u001b[2J\ntwo");
  const line = `${process.execPath} ${command} subscribe default terminal --from 1 --count 1`;
  const env = { ...process.env, SUBITO_URL: server.url, SUBITO_API_KEY: server.apiKey };
  const child = execFile("script", ["--quiet", "--return", "--command", line, "/dev/null"], { env });
  let output = "";
  child.stdout?.on("data", (text: string) => (output += text));
  const [status] = (await once(child, "close")) as [number];
  assert.deepEqual([status, /one\\u001b\[2J\r\ntwo\r\n/.test(output)], [0, true], output);
});

test("over TLS with a private CA, and with a certificate of its own where one is asked for", async (t) => {
  const dir = mkdtempSync(join(tmpdir(), "subito-cli-tls-"));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  for (const args of [[], ["--client", "operator"]]) {
    assert.equal((await runCommand(["cert", "--dir", dir, ...args], {})).status, 0);
  }
  const file = (name: string): string => join(dir, name);
  const tls = ["--tls-port", "0", "--tls-cert", file("cert.pem"), "--tls-key", file("key.pem")];
  const secured = await startRealServer(["--port", "0", ...tls, "--tls-client-ca", file("ca.pem")]);
  t.after(() => secured.close());
  const ca = { SUBITO_URL: secured.tlsUrl ?? "", SUBITO_API_KEY: secured.apiKey, SUBITO_CA: file("ca.pem") };
  const all = {
    ...ca,
    SUBITO_CLIENT_CERT: file("client-operator.pem"),
    SUBITO_CLIENT_KEY: file("client-operator-key.pem"),
  };
  const published = await runCommand(["publish", "default", "tls", "a"], all);
  assert.deepEqual(published, { status: 0, stdout: "", stderr: "" });
  const read = ["subscribe", "default", "tls", "--from", "1", "--count", "1"];
  const received = await runCommand(read, all);
  assert.deepEqual([received.status, received.stdout], [0, "a\n"], received.stderr);
  for (const line of [read, ["publish", "default", "tls", "b"]]) {
    const bare = await runCommand(line, ca);
    assert.equal(bare.status, 1);
    assert.match(bare.stderr, /The server asks for a certificate: give one with --client-cert/);
    const stranger = await runCommand(line, { ...all, SUBITO_CA: "" });
    assert.equal(stranger.status, 1);
    assert.match(stranger.stderr, /If the server has a private CA, name its file with --ca/);
  }
});

test("what is refused is told, with exit code 1", async () => {
  const refusals: readonly [args: string[], env: Record<string, string>, reason: RegExp][] = [
    [["nowhere", "x"], {}, /^subito: Cache Not Found: there is no cache named "nowhere"\.\n$/],
    [["default", "x"], { SUBITO_API_KEY: "subito_a_b" }, /Give the server's API key with --api-key/],
    [["default", "x"], { SUBITO_API_KEY: "" }, /Give the server's API key with --api-key/],
    [["default", "x"], { SUBITO_URL: "http://127.0.0.1:1" }, /ECONNREFUSED.* Is the server running\?/],
    [
      ["default", "x"],
      { SUBITO_URL: server.url.replace("http:", "https:") },
      /before secure TLS connection was established.* begin the URL with http:\/\/\.\n$/,
    ],
  ];
  for (const [args, env, reason] of refusals) {
    const target = { SUBITO_URL: server.url, SUBITO_API_KEY: server.apiKey, ...env };
    for (const line of [
      ["subscribe", ...args],
      ["publish", ...args, "text"],
    ]) {
      const { status, stdout, stderr } = await runCommand(line, target);
      assert.deepEqual([status, stdout], [1, ""], line.join(" "));
      assert.match(stderr, reason, line.join(" "));
    }
  }
});

test("a server that is short of memory is heard, by every way", async (t) => {
  const small = await startRealServer(["--port", "0", "--memory-max-mb", "1"]);
  t.after(() => small.close());
  // It looks a while after it has begun.
  await delay(1500);
  const env = { SUBITO_URL: small.url, SUBITO_API_KEY: small.apiKey };
  for (const line of ["publish default x y", "subscribe default x", "keys list", "caches list"]) {
    const { status, stderr } = await runCommand(line.split(" "), env);
    assert.deepEqual(
      [status, stderr],
      [1, "subito: The server is short of memory; try again later.\n"],
      line,
    );
  }
});

test("what cannot be is a usage error", async () => {
  for (const args of [
    ["publish", "default"],
    ["publish", "default", "x", "y", "z"],
    ["publish", "default", "x", "%%", "--base64"],
    ["publish", "default", "x", "y", "--binary"],
    ["publish", "default", "x", "--binary", "--base64"],
    ["subscribe", "default"],
    ["subscribe", "default", "x", "--count", "-1"],
    ["subscribe", "default", "x", "--from", "1.5"],
    ["subscribe", "default", "x", "--page", "5"],
    ["subscribe", "default", "x", "--api-key", ""],
  ]) {
    assert.equal((await server.run(args)).status, 2, args.join(" "));
  }
  const noText = await server.run(["publish", "default", "x"], Buffer.from([0xff]));
  assert.deepEqual([noText.status, /--binary/.test(noText.stderr)], [2, true]);
  assert.deepEqual(await server.run(["subscribe", "default", "x", "--count", "0"]), {
    status: 0,
    stdout: "",
    stderr: "",
  });
});

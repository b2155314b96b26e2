// `subito publish` and `subito subscribe` on real servers: what they print, and with which exit code they end.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type RealServer, runCommand, startRealServer } from "../testing/real-server.js";
import { Subscriber } from "../testing/subscriber.js";

let server: RealServer;
before(async () => {
  server = await startRealServer();
});
after(() => server.close());

test("items are printed as they come, as text or base64, and after the last one it ends", async () => {
  const subscriber = new Subscriber(server, ["default", "plain", "--count", "5"]);
  await subscriber.until(/subito: subscribed to plain in default\n/);
  await server.print(["publish", "default", "plain", "Hello é"]);
  await server.print(["publish", "default", "plain", "_-8=", "--base64"]);
  await server.print(["publish", "default", "plain"], "from standard input");
  await server.print(["publish", "default", "plain", "--binary"], Buffer.from([0xff, 0, 0xfe]));
  await server.print(["publish", "default", "plain", ""]);
  assert.deepEqual(await subscriber.exited, [0, null]);
  assert.equal(subscriber.stdout, "Hello é\n/+8=\nfrom standard input\n/wD+\n\n");
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

  const otherDir = join(dir, "other");
  assert.equal((await runCommand(["cert", "--dir", otherDir, "--client", "operator"], {})).status, 0);
  const ofOtherCa = {
    SUBITO_CLIENT_CERT: join(otherDir, "client-operator.pem"),
    SUBITO_CLIENT_KEY: join(otherDir, "client-operator-key.pem"),
  };
  const half = { SUBITO_CLIENT_KEY: ofOtherCa.SUBITO_CLIENT_KEY };
  for (const line of [read, ["publish", "default", "tls", "b"], ["keys", "list"], ["caches", "list"]]) {
    const refused = await runCommand(line, { ...all, ...ofOtherCa });
    assert.equal(refused.status, 1);
    assert.match(
      refused.stderr,
      /If the server asks for a certificate, it has not taken this one: give one of its/,
    );
    assert.doesNotMatch(refused.stderr, /begin the URL/);
    const mismatched = await runCommand(line, { ...all, ...half });
    const sentence = "subito: --client-cert and --client-key do not belong together.\n";
    assert.deepEqual(mismatched, { status: 2, stdout: "", stderr: sentence });
  }
  for (const [env, reason] of [
    [
      { SUBITO_CLIENT_KEY: file("cert.pem") },
      /^subito: --client-key .* a private key that is not encrypted\.\n$/,
    ],
    [{ SUBITO_CLIENT_CERT: file("key.pem") }, /^subito: --client-cert .* begins with a certificate\.\n$/],
    [{ SUBITO_CA: file("key.pem") }, /^subito: --ca .* begins with a certificate\.\n$/],
    [{ SUBITO_CA: file("none.pem") }, /none\.pem cannot be read: there is no such file or directory\.\n$/],
  ] as const) {
    const { status, stderr } = await runCommand(read, { ...all, ...env });
    assert.equal(status, 2);
    assert.match(stderr, reason);
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
    ["subscribe", "default", "x", "--url", `${server.url}/path`],
    ["publish", "default", "x", "y", "--url", server.url.replace("//", "//user:secret@")],
  ]) {
    assert.equal((await server.run(args)).status, 2, args.join(" "));
  }
  const noText = await server.run(["publish", "default", "x"], Buffer.from([0xff]));
  assert.deepEqual([noText.status, /--binary/.test(noText.stderr)], [2, true]);
  const tooMuch = await server.run(["publish", "default", "x"], "x".repeat(3_000_000));
  assert.deepEqual([tooMuch.status, /more than an item can hold/.test(tooMuch.stderr)], [2, true]);
  assert.deepEqual(await server.run(["subscribe", "default", "x", "--count", "0"]), {
    status: 0,
    stdout: "",
    stderr: "",
  });
});

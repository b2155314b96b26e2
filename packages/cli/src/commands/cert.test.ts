// `subito cert` as users run it: what it makes, what it keeps, what it refuses.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { X509Certificate, createPrivateKey } from "node:crypto";
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { toAddressBytes } from "../certificates/x509.js";

const command = fileURLToPath(new URL("../../bin/subito.js", import.meta.url));

function makeDirectory(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), "subito-cert-"));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return join(directory, "tls");
}

interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(directory: string, ...args: readonly string[]): Run {
  return spawnSync(process.execPath, [command, "cert", "--dir", directory, ...args], { encoding: "utf8" });
}

function make(directory: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = run(directory, ...args);
  assert.equal(status, 0, stderr);
  return stdout;
}

function read(directory: string, name: string): string {
  return readFileSync(join(directory, name), "utf8");
}

test("it makes a CA and a certificate of it for every name that SDKs use", (t) => {
  const directory = makeDirectory(t);
  make(
    directory,
    "--endpoint",
    "Cell-1.example.test",
    "--name",
    "10.1.2.3",
    "--name",
    "*.more.test",
    "--days",
    "30",
  );
  const ca = new X509Certificate(read(directory, "ca.pem"));
  const cert = new X509Certificate(read(directory, "cert.pem"));
  assert.ok(ca.ca && ca.verify(ca.publicKey));
  assert.ok(!cert.ca && cert.checkIssued(ca) && cert.verify(ca.publicKey));
  assert.ok(cert.checkPrivateKey(createPrivateKey(read(directory, "key.pem"))));
  assert.equal(cert.publicKey.asymmetricKeyDetails?.namedCurve, "prime256v1");
  const labels = [
    "cache",
    "control",
    "token",
    "web.cache",
    "web.control",
    "web.token",
    "api.cache",
    "storage",
  ];
  for (const name of ["cell-1.example.test", ...labels.map((label) => `${label}.cell-1.example.test`)]) {
    assert.equal(cert.checkHost(name, { wildcards: false }), name);
  }
  for (const name of ["localhost", "any.more.test"]) assert.ok(cert.checkHost(name), name);
  for (const address of ["127.0.0.1", "::1", "10.1.2.3"]) assert.ok(cert.checkIP(address), address);
  const days = (Date.parse(cert.validTo) - Date.now()) / 86_400_000;
  assert.ok(days > 29 && days <= 30);
});

test("keys are for their owner alone", (t) => {
  const directory = makeDirectory(t);
  make(directory, "--client", "bob");
  make(directory);
  assert.equal(statSync(directory).mode & 0o777, 0o700);
  const keys = readdirSync(directory).filter((name) => name.endsWith("key.pem"));
  assert.deepEqual(keys.sort(), ["ca-key.pem", "client-bob-key.pem", "key.pem"]);
  for (const name of keys) assert.equal(statSync(join(directory, name)).mode & 0o777, 0o600, name);
});

test("run again it keeps the CA and makes a new certificate", (t) => {
  const directory = makeDirectory(t);
  make(directory);
  const before = ["ca.pem", "ca-key.pem"].map((name) => read(directory, name));
  const serial = new X509Certificate(read(directory, "cert.pem")).serialNumber;
  assert.match(make(directory), /The CA in .* was there already/);
  assert.deepEqual(
    ["ca.pem", "ca-key.pem"].map((name) => read(directory, name)),
    before,
  );
  assert.notEqual(new X509Certificate(read(directory, "cert.pem")).serialNumber, serial);
});

test("--client makes a certificate for a client, and leaves the server's alone", (t) => {
  const directory = makeDirectory(t);
  make(directory, "--client", "bob");
  assert.ok(!readdirSync(directory).includes("cert.pem"));
  const client = new X509Certificate(read(directory, "client-bob.pem"));
  assert.ok(client.verify(new X509Certificate(read(directory, "ca.pem")).publicKey));
  assert.equal(client.subject, "CN=bob");
  assert.deepEqual(client.keyUsage, ["1.3.6.1.5.5.7.3.2"]);
});

test("half a CA, or files that are none, are left as they are", (t) => {
  const directory = makeDirectory(t);
  make(directory);
  const key = read(directory, "ca-key.pem");
  rmSync(join(directory, "ca.pem"));
  const half = run(directory);
  assert.equal(half.status, 1);
  assert.match(half.stderr, /ca-key\.pem is there, but .*ca\.pem is not/);
  writeFileSync(join(directory, "ca.pem"), "nonsense");
  assert.match(run(directory).stderr, /cannot be read as a CA and its key/);
  writeFileSync(join(directory, "ca.pem"), read(directory, "cert.pem"));
  assert.match(run(directory).stderr, /are no CA and its key/);
  assert.equal(read(directory, "ca-key.pem"), key);
});

test("a directory that cannot be one is refused with a sentence", (t) => {
  const directory = makeDirectory(t);
  writeFileSync(directory, "a file");
  const isFile = run(directory);
  assert.deepEqual(isFile, {
    ...{ ...isFile, status: 1, stdout: "" },
    stderr: `subito: The directory ${directory} cannot be used: it is a file, not a directory.\n`,
  });
  assert.match(run(join(directory, "below")).stderr, /below cannot be used: a part of it is a file, not a/);
  assert.equal(readFileSync(directory, "utf8"), "a file");
});

test("bad input is refused with a sentence, before anything is made", (t) => {
  const directory = makeDirectory(t);
  const refused: [string[], RegExp][] = [
    [["--endpoint", "localhost:8443"], /without a port/],
    [["--endpoint", "127.0.0.1"], /not an address/],
    [["--endpoint", "a b"], /takes the name of a host/],
    [["--endpoint", ""], /takes the name of a host/],
    [["--name", "https://x"], /--name takes/],
    [["--name", "a.*.b"], /--name takes/],
    [["--days", "0"], /--days takes a whole number from 1 to 825/],
    [["--days", "826"], /--days takes/],
    [["--client", "../x"], /--client takes/],
    [["--client", "bob", "--name", "x"], /--name is for the server/],
    [["more"], /takes flags only/],
    [["--what"], /--what/],
  ];
  for (const [args, message] of refused) {
    const { status, stderr } = run(directory, ...args);
    assert.equal(status, 2, args.join(" "));
    assert.match(stderr, message);
  }
  assert.throws(() => readdirSync(directory), { code: "ENOENT" });
});

test("openssl finds nothing wrong with what it makes", (t) => {
  if (spawnSync("openssl", ["version"]).status !== 0) {
    t.skip("openssl is not installed");
    return;
  }
  const directory = makeDirectory(t);
  make(directory);
  make(directory, "--client", "bob");
  for (const [name, purpose] of [
    ["cert.pem", "sslserver"],
    ["client-bob.pem", "sslclient"],
  ] as const) {
    const args = ["verify", "-x509_strict", "-purpose", purpose, "-CAfile", "ca.pem", name];
    const { status, stderr } = spawnSync("openssl", args, { cwd: directory, encoding: "utf8" });
    assert.equal(status, 0, stderr);
  }
});

test("addresses become the bytes that they stand for, in every spelling", () => {
  const zeros = "00".repeat(15);
  for (const [address, hex] of [
    ["10.1.2.255", "0a0102ff"],
    ["::1", `${zeros}01`],
    ["::", `${zeros}00`],
    ["2001:db8::7", "20010db8000000000000000000000007"],
    ["1:2:3:4:5:6:7:8", "00010002000300040005000600070008"],
    ["fe80::", "fe80".padEnd(32, "0")],
    ["::ffff:1.2.3.4", "00000000000000000000ffff01020304"],
  ] as const) {
    assert.equal(toAddressBytes(address).toString("hex"), hex, address);
  }
});

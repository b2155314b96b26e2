// The official clients with an API key over TLS, and nothing but their own trust settings. Runs inside the namespaces of run.mjs,
// where port 443 and the names of the endpoint are ours.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, readFileSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { after, before, describe, it } from "node:test";
import { connect } from "node:tls";

import { createTemporaryDirectory, repositoryRoot, startSubito } from "../harness.mjs";
import { captureCommand } from "../tools/commands.mjs";

const endpoint = "momento.test";
const timeoutMs = 120_000;
const commandPath = join(repositoryRoot, "packages", "cli", "bin", "subito.js");
const files = createTemporaryDirectory();
const caFile = join(files, "ca.pem");
/** What this machine may have set, and what would make a client trust more than the test says. */
const untrusting = {
  SSL_CERT_FILE: undefined,
  SSL_CERT_DIR: undefined,
  NODE_EXTRA_CA_CERTS: undefined,
  MOMENTO_API_KEY: undefined,
  MOMENTO_ENDPOINT: undefined,
  GRPC_DEFAULT_SSL_ROOTS_FILE_PATH: undefined,
};

/** @type {import("../harness.mjs").SubitoServer} */
let server;
/** @type {import("../harness.mjs").SubitoServer} */
let otherPort;

/** @param {readonly string[]} args */
async function makeCertificate(args) {
  const made = await captureCommand(process.execPath, [commandPath, "cert", ...args]);
  assert.equal(made.status, 0, `${made.reason}: ${made.stderr}`);
}

/** @param {number} tlsPort */
function start(tlsPort) {
  return startSubito({
    port: "none",
    args: [
      ...["--tls-port", String(tlsPort), "--endpoint", tlsPort === 443 ? endpoint : `${endpoint}:${tlsPort}`],
      ...["--tls-cert", join(files, "cert.pem"), "--tls-key", join(files, "key.pem"), "--auth", "required"],
    ],
  });
}

before(async () => {
  await makeCertificate(["--dir", files, "--endpoint", endpoint]);
  [server, otherPort] = await Promise.all([start(443), start(8443)]);
});
after(async () => {
  await Promise.all([server?.stop(), otherPort?.stop()]);
});

/** @param {string} apiKey */
function toWrongKey(apiKey) {
  const parsed = JSON.parse(Buffer.from(apiKey, "base64").toString());
  const api_key = parsed.api_key.slice(0, -1) + (parsed.api_key.endsWith("A") ? "B" : "A");
  return Buffer.from(JSON.stringify({ ...parsed, api_key })).toString("base64");
}

/** A v2 key, made over HTTPS with the first key. @returns {Promise<string>} */
async function createV2Key() {
  const { api_key: authorization } = JSON.parse(Buffer.from(server.apiKey ?? "", "base64").toString());
  const sending = request({
    ...{ host: endpoint, port: 443, ca: readFileSync(caFile), method: "POST", path: "/api-keys" },
    headers: { authorization },
  });
  sending.end(JSON.stringify({ role_id: "operator", description: "v2", expiry: "never" }));
  const [response] = await once(sending, "response");
  const made = /** @type {any} */ (await json(response));
  assert.equal(response.statusCode, 200, JSON.stringify(made));
  return made.api_key;
}

/** @type {readonly { name: string, command: readonly string[], trust: Record<string, string>, wrongKey: string, untrusted: RegExp, portInKey: boolean, takesV2: boolean }[]} */
const clients = [
  {
    name: "Node, GRPC_DEFAULT_SSL_ROOTS_FILE_PATH",
    command: [process.execPath, join(import.meta.dirname, "client.mjs")],
    trust: { GRPC_DEFAULT_SSL_ROOTS_FILE_PATH: caFile },
    wrongKey: "error AUTHENTICATION_ERROR",
    untrusted: /^error (SERVER_UNAVAILABLE|TIMEOUT_ERROR)$/m,
    portInKey: true,
    takesV2: true,
  },
  {
    name: "Node, NODE_EXTRA_CA_CERTS",
    command: [process.execPath, join(import.meta.dirname, "client.mjs")],
    trust: { NODE_EXTRA_CA_CERTS: caFile },
    wrongKey: "error AUTHENTICATION_ERROR",
    untrusted: /^error (SERVER_UNAVAILABLE|TIMEOUT_ERROR)$/m,
    portInKey: true,
    takesV2: true,
  },
  {
    name: "Python, GRPC_DEFAULT_SSL_ROOTS_FILE_PATH",
    command: [process.env["CONFORMANCE_PYTHON"] ?? "python3", join(import.meta.dirname, "client.py")],
    trust: { GRPC_DEFAULT_SSL_ROOTS_FILE_PATH: caFile },
    wrongKey: "error AUTHENTICATION_ERROR",
    untrusted: /^error (SERVER_UNAVAILABLE|TIMEOUT_ERROR)$/m,
    // Its credential says 443, whatever port stands in the text that it dials.
    portInKey: true,
    takesV2: true,
  },
  {
    name: "Go, SSL_CERT_FILE",
    command: [process.env["CONFORMANCE_GO_KEYS"] ?? "", ""],
    trust: { SSL_CERT_FILE: caFile },
    wrongKey: "error AuthenticationError",
    untrusted: /^error (ServerUnavailableError|TimeoutError)$/m,
    // It dials 443, whatever the key says (wire contract 1.5).
    portInKey: false,
    // This version knows v1 keys and the oldest ones.
    takesV2: false,
  },
];

for (const { name, command, trust, wrongKey, untrusted, portInKey, takesV2 } of clients) {
  describe(name, () => {
    /** @param {string} apiKey @param {Record<string, string>} [env] @param {string} [how] */
    async function use(apiKey, env = trust, how = "") {
      const [program = "", ...args] = command;
      const result = await captureCommand(program, [...args, how].filter(Boolean), {
        env: { ...untrusting, ...env, SUBITO_API_KEY: apiKey },
        timeoutMs,
      });
      return `${result.stdout.trim()}${result.status === 0 ? "" : ` (${result.reason}) ${result.stderr}`}`;
    }

    it("creates a cache, publishes, subscribes and receives", async () => {
      assert.match(await use(server.apiKey ?? ""), /^received .*over TLS/m);
    });
    it("is refused with a wrong key", async () => {
      assert.equal(await use(toWrongKey(server.apiKey ?? "")), wrongKey);
    });
    it("does not talk to a server whose CA it does not trust", async () => {
      assert.match(await use(server.apiKey ?? "", {}), untrusted);
    });
    it("makes a disposable token, and publishes, subscribes and receives with it", async () => {
      assert.match(await use(server.apiKey ?? "", trust, "token"), /^received .*over TLS/m);
    });
    if (takesV2)
      it("takes a v2 key and an endpoint", async () => {
        const v2 = await createV2Key();
        const of = (/** @type {string} */ key) => ({
          ...trust,
          MOMENTO_API_KEY: key,
          MOMENTO_ENDPOINT: endpoint,
        });
        assert.match(await use("", of(v2)), /^received .*over TLS/m);
        assert.equal(await use("", of(v2.replace(/.{8}$/, "AAAAAAAA"))), wrongKey);
      });
    if (portInKey)
      it("takes a port from the key", async () => {
        assert.match(await use(otherPort.apiKey ?? ""), /^received .*over TLS/m);
      });
  });
}

/** The serial number of the certificate that a new connection gets. @returns {Promise<string>} */
function readSerial() {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: endpoint, port: 443, servername: endpoint, ca: readFileSync(caFile) });
    socket.once("error", reject);
    socket.once("secureConnect", () => {
      resolve(socket.getPeerCertificate().serialNumber);
      socket.destroy();
    });
  });
}

it("a new certificate is taken over at SIGHUP; a subscription lives through it", async () => {
  const client = spawn(process.execPath, [join(import.meta.dirname, "client.mjs"), "live"], {
    env: {
      ...process.env,
      ...untrusting,
      GRPC_DEFAULT_SSL_ROOTS_FILE_PATH: caFile,
      SUBITO_API_KEY: server.apiKey,
    },
    stdio: ["pipe", "pipe", "inherit"],
  });
  let text = "";
  client.stdout.setEncoding("utf8").on("data", (/** @type {string} */ piece) => (text += piece));
  /** @param {string} line */
  const until = async (line) => {
    while (!text.includes(`${line}\n`)) await once(client.stdout, "data");
  };
  await until("live");
  client.stdin.write("before\n");
  await until("received before");

  const old = await readSerial();
  const next = createTemporaryDirectory();
  for (const name of ["ca.pem", "ca-key.pem"]) copyFileSync(join(files, name), join(next, name));
  await makeCertificate(["--dir", next, "--endpoint", endpoint]);
  for (const name of ["key.pem", "cert.pem"]) copyFileSync(join(next, name), join(files, name));
  process.kill(server.pid, "SIGHUP");
  while ((await readSerial()) === old) await new Promise((resolve) => setTimeout(resolve, 50));

  client.stdin.write("after\n");
  await until("received after");
  assert.ok(!text.includes("connection lost"), text);
  client.kill();
});

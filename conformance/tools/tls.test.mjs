// The TLS port through curl, h2load and grpc-js: each agrees on its protocol by ALPN, and the two that check the certificate trust only our CA.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";

import grpc from "@grpc/grpc-js";

import { createTemporaryDirectory } from "../harness.mjs";
import { startWithTls } from "../tls-server.mjs";
import { captureCommand, hasCommand } from "./commands.mjs";
import {
  callUnary,
  createTlsPubsubClient,
  readItem,
  readMessage,
  toEnvelope,
  toPublishRequest,
} from "./grpc-client.mjs";

/** More than a long poll waits. */
const timeoutMs = 60_000;
const h2loadRequests = 2_000;
/** curl's exit code for a certificate that it cannot check with the CA it has. */
const curlUntrustedExitCode = 60;

/** @type {Awaited<ReturnType<typeof startWithTls>>} */
let started;
before(async () => {
  started = await startWithTls();
});
after(async () => {
  assert.equal(await started?.server.stop(), 0);
});

/** @param {readonly string[]} args */
function runCurl(args) {
  return captureCommand("curl", ["-sS", "--noproxy", "*", ...args], { timeoutMs });
}

/** @param {string} path */
const toUrl = (path) => `https://${started.tlsAddress}${path}`;

describe("curl over TLS", { skip: !hasCommand("curl") && "curl is missing" }, () => {
  for (const [flag, version] of /** @type {const} */ ([
    ["--http2", "2"],
    ["--http1.1", "1.1"],
  ])) {
    it(`${flag} publishes, and gets it by long poll`, async () => {
      const path = `/topics/default/${randomUUID()}`;
      /** @param {readonly string[]} args */
      const request = async (args) => {
        const format = "\n%{http_version} %{http_code}";
        const result = await runCurl([flag, "--cacert", started.caFile, "-w", format, ...args]);
        assert.equal(result.status, 0, `${result.reason}: ${result.stderr}`);
        const end = result.stdout.lastIndexOf("\n");
        return { body: result.stdout.slice(0, end), outcome: result.stdout.slice(end + 1) };
      };
      assert.equal((await request(["-d", "zażółć 🎈", toUrl(path)])).outcome, `${version} 204`);
      const polled = await request([toUrl(`${path}?sequence_number=1`)]);
      assert.equal(polled.outcome, `${version} 200`);
      const { items } = JSON.parse(polled.body);
      assert.equal(items.length, 1);
      assert.deepEqual(items[0].item.value, { text: "zażółć 🎈" });
    });
  }

  it("does not trust the certificate without our CA", async () => {
    assert.equal((await runCurl([toUrl("/livez")])).status, curlUntrustedExitCode);
  });
});

it(
  "h2load publishes 2,000 messages over TLS",
  { skip: !hasCommand("h2load") && "h2load is missing" },
  async () => {
    const topicName = randomUUID();
    const bodyFile = join(createTemporaryDirectory(), "publish.bin");
    writeFileSync(bodyFile, toEnvelope(toPublishRequest("default", topicName, "x".repeat(100))));
    const result = await captureCommand(
      "h2load",
      [
        ...["-n", String(h2loadRequests), "-c", "4", "-m", "50", "-d", bodyFile],
        ...["-H", "content-type: application/grpc", "-H", "te: trailers"],
        toUrl("/cache_client.pubsub.Pubsub/Publish"),
      ],
      { timeoutMs },
    );
    assert.equal(result.status, 0, `${result.reason}: ${result.stderr}`);
    assert.match(result.stdout, /^Application protocol: h2$/m);
    assert.match(
      result.stdout,
      new RegExp(`${h2loadRequests} done, ${h2loadRequests} succeeded, 0 failed`),
      result.stdout,
    );

    // Errors of gRPC come in trailers, with status 200: the next number tells how many were accepted.
    const url = `${started.server.url}/topics/default/${topicName}`;
    assert.equal((await fetch(url, { method: "POST", body: "the next one" })).status, 204);
    const polled = await fetch(`${url}?sequence_number=${h2loadRequests + 1}`);
    const { items } = /** @type {{ items: any[] }} */ (await polled.json());
    assert.equal(items[0].item.topic_sequence_number, h2loadRequests + 1);
    assert.deepEqual(items[0].item.value, { text: "the next one" });
  },
);

it("grpc-js publishes and subscribes over TLS", async () => {
  const client = createTlsPubsubClient(started.tlsAddress, readFileSync(started.caFile));
  const topic = randomUUID();
  /** @type {grpc.ClientReadableStream<any>} */
  const stream = /** @type {any} */ (client).Subscribe({ cache_name: "default", topic });
  // A stream without a listener for its error, a cancellation too, would end this process.
  stream.on("error", () => {});
  assert.equal((await readMessage(stream)).kind, "heartbeat");
  for (const [index, text] of ["first", "zażółć 🎈"].entries()) {
    const request = { cache_name: "default", topic, value: { text } };
    const { code, details } = await callUnary(client, "Publish", request);
    assert.equal(code, grpc.status.OK, details);
    const { item } = await readItem(stream);
    assert.equal(item.topic_sequence_number, index + 1);
    assert.equal(item.value.text, text);
  }
  stream.cancel();
  client.close();
});

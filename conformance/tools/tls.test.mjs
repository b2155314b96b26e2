// curl, h2load and grpc-js over TLS: both versions of HTTP by ALPN, with nothing but the private CA.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";

import { createTemporaryDirectory } from "../harness.mjs";
import { startWithTls } from "../tls-server.mjs";
import { captureCommand, hasCommand } from "./commands.mjs";
import {
  callUnary,
  createSecurePubsubClient,
  readItem,
  toEnvelope,
  toPublishRequest,
} from "./grpc-client.mjs";

const requests = 2_000;
const timeoutMs = 60_000;

describe("over TLS", () => {
  /** @type {Awaited<ReturnType<typeof startWithTls>>} */
  let tls;
  before(async () => {
    tls = await startWithTls();
  });
  after(() => tls?.server.stop());

  for (const [flag, version] of [
    ["--http2", "2"],
    ["--http1.1", "1.1"],
  ]) {
    it(`curl ${flag} publishes and polls`, { skip: !hasCommand("curl") && "curl is missing" }, async () => {
      const url = `https://${tls.tlsAddress}/topics/default/curl-${version}`;
      const common = ["-sS", "--noproxy", "*", "--cacert", tls.caFile, flag ?? "", "-w", "\n%{http_version}"];
      const published = await captureCommand("curl", [...common, "-d", "hello", url], { timeoutMs });
      assert.equal(published.stdout, `\n${version}`, published.stderr);
      const polled = await captureCommand("curl", [...common, `${url}?sequence_number=1`], { timeoutMs });
      const [body = "", used] = polled.stdout.split("\n");
      assert.equal(used, version);
      assert.deepEqual(JSON.parse(body).items[0].item.value, { text: "hello" });
    });
  }

  it("curl refuses a certificate of a CA that it does not know", { skip: !hasCommand("curl") }, async () => {
    const result = await captureCommand(
      "curl",
      ["-sS", "--noproxy", "*", `https://${tls.tlsAddress}/livez`],
      {
        env: { SSL_CERT_FILE: undefined, SSL_CERT_DIR: undefined, CURL_CA_BUNDLE: undefined },
        timeoutMs,
      },
    );
    assert.equal(result.status, 60, result.stdout);
  });

  it("h2load publishes 2,000 messages", { skip: !hasCommand("h2load") && "h2load is missing" }, async () => {
    const bodyFile = join(createTemporaryDirectory(), "publish.bin");
    writeFileSync(bodyFile, toEnvelope(toPublishRequest("default", "h2load-tls", "x".repeat(100))));
    const result = await captureCommand(
      "h2load",
      [
        ...["-n", String(requests), "-c", "4", "-m", "50", "-d", bodyFile],
        ...["-H", "content-type: application/grpc", "-H", "te: trailers"],
        `https://${tls.tlsAddress}/cache_client.pubsub.Pubsub/Publish`,
      ],
      { timeoutMs },
    );
    assert.match(result.stdout, new RegExp(`${requests} succeeded, 0 failed`), result.stdout);
    assert.match(result.stdout, /Application protocol: h2\b/);
  });

  it("grpc-js publishes and subscribes", async () => {
    const client = createSecurePubsubClient(tls.tlsAddress, readFileSync(tls.caFile));
    const stream = client["Subscribe"]?.({ cache_name: "default", topic: "grpc-js-tls" });
    stream.on("error", () => {});
    await new Promise((resolve) => stream.once("metadata", resolve));
    const value = { text: "over TLS" };
    assert.equal(
      (await callUnary(client, "Publish", { cache_name: "default", topic: "grpc-js-tls", value })).code,
      0,
    );
    assert.equal((await readItem(stream)).item.value.text, "over TLS");
    stream.cancel();
    client.close();
  });
});

// gRPC without generated code: grpc-js over a .proto loaded at run time, and calls whose bytes are wrong in some way.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, it } from "node:test";
import { gzipSync } from "node:zlib";

import grpc from "@grpc/grpc-js";

import { startSubito } from "../harness.mjs";
import {
  callRaw,
  callUnary,
  createPubsubClient,
  readItem,
  readMessage,
  toEnvelope,
  toPublishRequest,
} from "./grpc-client.mjs";

const publishPath = "/cache_client.pubsub.Pubsub/Publish";
const subscribePath = "/cache_client.pubsub.Pubsub/Subscribe";

/** @type {import("../harness.mjs").SubitoServer} */
let server;
/** @type {grpc.Client[]} */
const clients = [];
before(async () => {
  server = await startSubito();
});
after(async () => {
  for (const client of clients) client.close();
  await server?.stop();
});

/** @param {grpc.ClientOptions} [options] */
function createClient(options) {
  const client = createPubsubClient(server.port, options);
  clients.push(client);
  return client;
}

/** A stream without a listener for its error, a cancellation too, would end this process. */
const ignoreError = () => {};

/**
 * @param {any} client
 * @param {string} topic
 * @param {object} [position]
 * @returns {grpc.ClientReadableStream<any>}
 */
function subscribe(client, topic, position = {}) {
  const stream = client.Subscribe({ cache_name: "default", topic, ...position });
  stream.on("error", ignoreError);
  return stream;
}

/** @param {string} topic @param {string} [text] */
function toRequest(topic, text = "value") {
  return { cache_name: "default", topic, value: { text } };
}

/** The values published to a topic of which nothing is older than its ring. @param {string} topic */
async function readTexts(topic) {
  const marker = randomUUID();
  const client = createClient();
  assert.equal((await callUnary(client, "Publish", toRequest(topic, marker))).code, grpc.status.OK);
  const stream = subscribe(client, topic, { resume_at_topic_sequence_number: 1 });
  const texts = [];
  for (;;) {
    const { item } = await readItem(stream);
    if (item.value.text === marker) break;
    texts.push(item.value.text);
  }
  stream.cancel();
  return texts;
}

describe("grpc-js with a loaded .proto", () => {
  it("publishes and subscribes", async () => {
    const [client, topic] = [createClient(), randomUUID()];
    const stream = subscribe(client, topic);
    assert.equal((await readMessage(stream)).kind, "heartbeat");
    assert.equal((await callUnary(client, "Publish", toRequest(topic, "zażółć 🎈"))).code, grpc.status.OK);
    const { kind, item } = await readItem(stream);
    assert.equal(kind, "item");
    assert.equal(item.topic_sequence_number, 1);
    assert.equal(item.value.text, "zażółć 🎈");
    assert.ok(item.sequence_page > 0);
    stream.cancel();
  });

  it("ignores metadata that it does not know", async () => {
    const metadata = new grpc.Metadata();
    metadata.set("x-unknown", "value");
    metadata.set("x-unknown-bin", Buffer.from([0, 255]));
    metadata.set("cache", "another");
    metadata.set("agent", "nodejs:topic:0.0.0");
    const { code } = await callUnary(createClient(), "Publish", toRequest(randomUUID()), metadata);
    assert.equal(code, grpc.status.OK);
  });

  it("takes requests compressed with gzip", async () => {
    const topic = randomUUID();
    const client = createClient({ "grpc.default_compression_algorithm": grpc.compressionAlgorithms.gzip });
    const text = "compress me ".repeat(1000);
    assert.equal((await callUnary(client, "Publish", toRequest(topic, text))).code, grpc.status.OK);
    assert.deepEqual(await readTexts(topic), [text]);
  });

  it("keeps deadlines", async () => {
    const stream = /** @type {any} */ (createClient()).Subscribe(
      { cache_name: "default", topic: randomUUID() },
      { deadline: Date.now() + 1 },
    );
    stream.on("error", ignoreError);
    stream.resume();
    const status = await new Promise((resolve) => stream.once("status", resolve));
    assert.equal(status.code, grpc.status.DEADLINE_EXCEEDED);
  });

  it("does not know the method", async () => {
    assert.equal(
      (await callUnary(createClient(), "Unknown", toRequest("x"))).code,
      grpc.status.UNIMPLEMENTED,
    );
  });

  it("names what is wrong, in any script", async () => {
    const request = { ...toRequest("topic"), cache_name: "nie-ma-żółwia-🐢" };
    const { code, details } = await callUnary(createClient(), "Publish", request);
    assert.equal(code, grpc.status.NOT_FOUND);
    assert.doesNotMatch(details, /%[0-9A-F]{2}/);
  });

  it("names the limit of a value, in words and in the trailer", async () => {
    const outcome = await callUnary(
      createClient(),
      "Publish",
      toRequest("topic", "x".repeat(1024 * 1024 + 1)),
    );
    assert.equal(outcome.code, grpc.status.RESOURCE_EXHAUSTED);
    assert.match(outcome.details, /request limit/i);
    assert.deepEqual(outcome.metadata.get("err"), ["request_size_limit_exceeded"]);
  });

  it("refuses names that no topic can have", async () => {
    for (const topic of ["", "a\0b", "x".repeat(10_000)]) {
      const { code } = await callUnary(createClient(), "Publish", toRequest(topic));
      assert.equal(code, grpc.status.INVALID_ARGUMENT, JSON.stringify(topic.slice(0, 20)));
    }
    for (const topic of ["a/b", "🎈", "x".repeat(1024)]) {
      const { code } = await callUnary(createClient(), "Publish", toRequest(topic));
      assert.equal(code, grpc.status.OK, JSON.stringify(topic.slice(0, 20)));
    }
  });

  it("refuses a value that is neither text nor binary", async () => {
    for (const request of [
      { cache_name: "default", topic: "topic" },
      { cache_name: "default", topic: "topic", value: {} },
    ]) {
      const { code } = await callUnary(createClient(), "Publish", request);
      assert.equal(code, grpc.status.INVALID_ARGUMENT);
    }
  });
});

describe("bytes of a gRPC call", () => {
  const valid = toPublishRequest("default", "bytes", "value");
  const { INVALID_ARGUMENT, INTERNAL, RESOURCE_EXHAUSTED, UNIMPLEMENTED, UNKNOWN } = grpc.status;
  /** @type {[title: string, body: Buffer, codes: number[], headers?: Record<string, string>][]} */
  const cases = [
    ["bytes that are no protobuf", toEnvelope(Buffer.from("ffffffffffffffff", "hex")), [INVALID_ARGUMENT]],
    ["a field cut short", toEnvelope(valid.subarray(0, valid.length - 3)), [INVALID_ARGUMENT]],
    [
      "text that is not UTF-8",
      toEnvelope(
        Buffer.concat([toPublishRequest("default", "bytes", ""), Buffer.from([0x1a, 3, 0x0a, 1, 0xff])]),
      ),
      [INVALID_ARGUMENT],
    ],
    [
      "a message cut short",
      toEnvelope(valid, { announcedBytes: valid.length + 10 }),
      [INVALID_ARGUMENT, INTERNAL],
    ],
    ["no message", Buffer.alloc(0), [INVALID_ARGUMENT, INTERNAL, UNIMPLEMENTED]],
    ["a prefix cut short", Buffer.from([0, 0, 0]), [INVALID_ARGUMENT, INTERNAL]],
    [
      "two messages",
      Buffer.concat([toEnvelope(valid), toEnvelope(valid)]),
      [INVALID_ARGUMENT, INTERNAL, UNIMPLEMENTED],
    ],
    ["4 GiB announced", toEnvelope(valid, { announcedBytes: 0xffff_ffff }), [RESOURCE_EXHAUSTED]],
    [
      "a flag that does not exist",
      Buffer.concat([Buffer.from([7]), toEnvelope(valid).subarray(1)]),
      [INVALID_ARGUMENT, INTERNAL],
    ],
    [
      "compressed, but not saying how",
      toEnvelope(gzipSync(valid), { compressed: true }),
      [INVALID_ARGUMENT, INTERNAL, UNIMPLEMENTED],
    ],
    [
      "a compression that is not known",
      toEnvelope(valid, { compressed: true }),
      [UNIMPLEMENTED],
      { "grpc-encoding": "zstd" },
    ],
    [
      "broken gzip",
      toEnvelope(Buffer.from("not gzip"), { compressed: true }),
      [INVALID_ARGUMENT, INTERNAL, UNKNOWN],
      { "grpc-encoding": "gzip" },
    ],
    [
      "200 MiB in 200 KiB of gzip",
      toEnvelope(gzipSync(Buffer.alloc(200 * 1024 * 1024)), { compressed: true }),
      [RESOURCE_EXHAUSTED],
      { "grpc-encoding": "gzip" },
    ],
  ];
  for (const [title, body, codes, headers] of cases) {
    it(title, async () => {
      const outcome = await callRaw(server.port, publishPath, body, headers);
      assert.equal(outcome.status, 200);
      assert.ok(
        outcome.grpcStatus !== undefined && codes.includes(outcome.grpcStatus),
        `${outcome.grpcStatus} ${outcome.grpcMessage}`,
      );
      assert.notEqual(outcome.grpcMessage, "");
    });
  }

  it("compressed as announced", async () => {
    const body = toEnvelope(gzipSync(valid), { compressed: true });
    assert.equal(
      (await callRaw(server.port, publishPath, body, { "grpc-encoding": "gzip" })).grpcStatus,
      grpc.status.OK,
    );
    assert.deepEqual(await readTexts("bytes"), ["value"]);
  });

  it("not compressed though it could be", async () => {
    const outcome = await callRaw(
      server.port,
      publishPath,
      toEnvelope(toPublishRequest("default", "plain", "value")),
      {
        "grpc-encoding": "gzip",
      },
    );
    assert.equal(outcome.grpcStatus, grpc.status.OK);
  });

  // Some clients send the deadline of a call with a subscription that is to live longer (wire contract 5.5).
  it("a deadline on a subscription is for its beginning only", async () => {
    const request = Buffer.concat([
      Buffer.from([0x0a, 7]),
      Buffer.from("default"),
      Buffer.from([0x12, 5]),
      Buffer.from("quiet"),
    ]);
    // Each heartbeat has 7 bytes: one comes at once, two more while the deadline passes many times.
    const outcome = await callRaw(
      server.port,
      subscribePath,
      toEnvelope(request),
      { "grpc-timeout": "100m" },
      21,
    );
    assert.equal(outcome.grpcStatus, undefined);
    assert.equal(outcome.body.toString("hex"), "00000000021a00".repeat(3));
  });

  it("a deadline that is none", async () => {
    const outcome = await callRaw(server.port, publishPath, toEnvelope(valid), { "grpc-timeout": "soon" });
    assert.ok(
      [grpc.status.OK, INVALID_ARGUMENT].includes(outcome.grpcStatus ?? -1),
      String(outcome.grpcStatus),
    );
  });

  it("paths that are no method", async () => {
    for (const path of [
      "/",
      "/cache_client.pubsub.Pubsub/",
      "/cache_client.pubsub.Pubsub/publish",
      "/unknown.Service/Method",
      `${publishPath}/x`,
    ]) {
      const outcome = await callRaw(server.port, path, toEnvelope(valid));
      assert.equal(outcome.grpcStatus, grpc.status.UNIMPLEMENTED, path);
    }
  });

  it("content types that are not gRPC", async () => {
    for (const contentType of ["text/plain", "application/json", "application/grpcx", ""]) {
      const outcome = await callRaw(server.port, publishPath, toEnvelope(valid), {
        "content-type": contentType,
      });
      assert.ok([404, 405, 415].includes(outcome.status ?? 0), `${contentType}: ${outcome.status}`);
    }
  });

  it("a plain request's body far too large", async () => {
    const outcome = await callRaw(server.port, "/topics/default/large", Buffer.alloc(5 * 1024 * 1024), {
      "content-type": "application/octet-stream",
    });
    assert.equal(outcome.status, 413);
    assert.match(outcome.body.toString(), /request_size_limit_exceeded/);
    assert.equal(outcome.resetCode, 0);
  });

  it("gRPC with another suffix or parameters is gRPC", async () => {
    for (const contentType of ["application/grpc+proto", "application/grpc; charset=utf-8"]) {
      const outcome = await callRaw(server.port, publishPath, toEnvelope(valid), {
        "content-type": contentType,
      });
      assert.equal(outcome.grpcStatus, grpc.status.OK, contentType);
    }
  });

  it("a stranger's page", async () => {
    for (const headers of [{ ":authority": "evil.example" }, { origin: "http://evil.example" }]) {
      const outcome = await callRaw(server.port, publishPath, toEnvelope(valid), headers);
      assert.equal(outcome.grpcStatus, grpc.status.PERMISSION_DENIED);
    }
  });
});

// gRPC-Web over the wire: unary calls, subscriptions, errors before and after the first message, bounded streams, and origins.

import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  _PublishRequestSchema,
  _SubscriptionItemSchema,
  _SubscriptionRequestSchema,
} from "@subito/wire/cachepubsub";
import { TEXT, type WebFrames, callWeb, callWebOver2, readFrames } from "../testing/grpc-web-client.js";
import { askHttp, openHttp2, startTestServer } from "../testing/running-server.js";

const PUBLISH = "/cache_client.pubsub.Pubsub/Publish";
const SUBSCRIBE = "/cache_client.pubsub.Pubsub/Subscribe";

function toPublish(text: string, topic = "t", cacheName = "default"): Uint8Array {
  const value = { kind: { case: "text", value: text } } as const;
  return toBinary(_PublishRequestSchema, create(_PublishRequestSchema, { cacheName, topic, value }));
}

function toSubscribe(from = 0n, cacheName = "default", topic = "t"): Uint8Array {
  const request = { cacheName, topic, resumeAtTopicSequenceNumber: from };
  return toBinary(_SubscriptionRequestSchema, create(_SubscriptionRequestSchema, request));
}

const kindsOf = (frames: WebFrames) =>
  frames.messages.map((bytes) => fromBinary(_SubscriptionItemSchema, bytes).kind);

const textsOf = (frames: WebFrames): string[] =>
  kindsOf(frames).flatMap((kind) =>
    kind.case === "item" && kind.value.value?.kind.case === "text" ? [kind.value.value.kind.value] : [],
  );

async function start(t: TestContext, options: Parameters<typeof startTestServer>[1] = {}) {
  const server = await startTestServer(t, options);
  return { server, url: `http://127.0.0.1:${server.port}` };
}

test("a publish is answered with an empty message and trailers, over HTTP/1.1 and HTTP/2", async (t) => {
  const { server, url } = await start(t);
  const response = await callWeb(url, PUBLISH, toPublish("a"));
  assert.equal(response.status, 200);
  assert.match(response.headers.get("content-type") ?? "", /^application\/grpc-web-text/);
  const over1 = await readFrames(response);
  const { status, frames: over2 } = await callWebOver2(openHttp2(t, server), PUBLISH, toPublish("b"));
  assert.equal(status, 200);
  for (const frames of [over1, over2]) {
    assert.deepEqual(frames.messages, [Buffer.alloc(0)]);
    assert.equal(frames.trailers, "grpc-status: 0\r\n");
  }
});

test("a subscription begins with a heartbeat, and gets items as they are published", async (t) => {
  const { url } = await start(t);
  const abort = new AbortController();
  const response = await callWeb(url, SUBSCRIBE, toSubscribe(), {}, abort.signal);
  let published = 0;
  const frames = await readFrames(response, (seen) => {
    if (published < 3 && kindsOf(seen).length > published)
      void callWeb(url, PUBLISH, toPublish(`item ${++published}`));
    return textsOf(seen).length === 3;
  });
  assert.equal(kindsOf(frames)[0]?.case, "heartbeat");
  assert.deepEqual(textsOf(frames), ["item 1", "item 2", "item 3"]);
  abort.abort();
});

test("errors before the first message stand in the header fields", async (t) => {
  const { url } = await start(t);
  for (const [path, message, status] of [
    [PUBLISH, toPublish("a", "t", "nowhere"), "5"],
    [SUBSCRIBE, toSubscribe(0n, "nowhere"), "5"],
    ["/cache_client.Scs/Get", new Uint8Array(0), "12"],
    [PUBLISH, Buffer.from([0xff]), "3"],
  ] as const) {
    const response = await callWeb(url, path, message);
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("grpc-status"), status, path);
    assert.ok((response.headers.get("grpc-message") ?? "") !== "");
    assert.equal(await response.text(), "");
  }
  const noBase64 = await fetch(`${url}${PUBLISH}`, {
    method: "POST",
    headers: { "content-type": TEXT },
    body: "%%",
  });
  assert.equal(noBase64.headers.get("grpc-status"), "3");
});

test("a subscription that ends later says so in its last frame", async (t) => {
  const { server, url } = await start(t, { flags: { auth: "required" } });
  const authorization = server.firstApiKey ?? "";
  const body = JSON.stringify({
    expires_in_seconds: 1,
    permissions: { rules: [{ type: "topic", permissions: ["read"], caches: "*", topics: "*" }] },
  });
  const made = await askHttp(server, "/tokens", { body, headers: { authorization } });
  const { token } = made.json as { token: string };
  const frames = await readFrames(await callWeb(url, SUBSCRIBE, toSubscribe(), { authorization: token }));
  assert.equal(kindsOf(frames)[0]?.case, "heartbeat");
  assert.match(frames.trailers ?? "", /^grpc-status: 16\r\n/);
});

test("a stream ends without trailers after so many bytes, and the next one goes on where it was", async (t) => {
  const { url } = await start(t, { limits: { webStreamBytesMax: 200_000 } });
  for (let i = 1; i <= 40; i++)
    await readFrames(await callWeb(url, PUBLISH, toPublish(`${i}`.padStart(20_000, "."))));
  const seen: string[] = [];
  let from = 1n;
  let streams = 0;
  while (seen.length < 40) {
    const frames = await readFrames(
      await callWeb(url, SUBSCRIBE, toSubscribe(from)),
      (some) => seen.length + textsOf(some).length === 40,
    );
    assert.equal(frames.trailers, undefined);
    seen.push(...textsOf(frames));
    from = BigInt(seen.length + 1);
    streams++;
  }
  assert.deepEqual(
    seen.map((text) => Number(text.replaceAll(".", ""))),
    Array.from({ length: 40 }, (_, i) => i + 1),
  );
  assert.ok(streams > 1, "all of it in one stream");
});

test("a page that goes away takes its subscription with it", async (t) => {
  const { server, url } = await start(t);
  const abort = new AbortController();
  const response = await callWeb(url, SUBSCRIBE, toSubscribe(), {}, abort.signal);
  await readFrames(response, ({ messages }) => messages.length > 0);
  abort.abort();
  const count = async (): Promise<string> =>
    /^subito_subscriptions (\d+)$/m.exec((await askHttp(server, "/metrics")).text)?.[1] ?? "";
  while ((await count()) !== "0") await new Promise((resolve) => setTimeout(resolve, 20));
});

test("origins: pages of this machine by default in open mode; others are told why not", async (t) => {
  const { url } = await start(t);
  const ask = (method: string, origin: string) =>
    fetch(`${url}${PUBLISH}`, {
      method,
      headers: { origin, "access-control-request-method": "POST", "content-type": TEXT },
    });
  const good = await ask("OPTIONS", "http://localhost:3000");
  assert.equal(good.status, 204);
  assert.equal(good.headers.get("access-control-allow-origin"), "http://localhost:3000");
  assert.match(good.headers.get("access-control-allow-headers") ?? "", /authorization.*x-grpc-web/);
  const bad = await ask("OPTIONS", "https://evil.example");
  assert.equal(bad.status, 403);
  assert.equal(bad.headers.get("access-control-allow-origin"), null);
  assert.match(await bad.text(), /https:\/\/evil\.example.*--allowed-origins/);
  const answer = await callWeb(url, PUBLISH, toPublish("a"), { origin: "http://127.0.0.1:9" });
  assert.equal(answer.headers.get("access-control-allow-origin"), "http://127.0.0.1:9");
  assert.equal(answer.headers.get("access-control-expose-headers"), "grpc-status, grpc-message, err");
});

test("origins: a list, with keys needed", async (t) => {
  const { server, url } = await start(t, {
    flags: { auth: "required", "allowed-origins": "https://app.example,https://b.example:8443" },
  });
  const authorization = server.firstApiKey ?? "";
  for (const [origin, isAllowed] of [
    ["https://app.example", true],
    ["https://b.example:8443", true],
    ["https://b.example", false],
    ["http://localhost", false],
  ] as const) {
    const response = await callWeb(url, PUBLISH, toPublish("a"), { origin, authorization });
    assert.equal(response.headers.get("access-control-allow-origin"), isAllowed ? origin : null);
  }
});

// Publishing by `fetch`: what is sent, and what each answer becomes.

import assert from "node:assert/strict";
import { test } from "node:test";
import { runInNewContext } from "node:vm";
import type { FetchInit, FetchLike } from "./settings.js";
import { createWorld } from "./testing/subscriber.js";
import { TopicClient } from "./topic-client.js";
import * as TopicConfigurations from "./topic-configurations.js";
import * as TopicPublish from "./topic-publish.js";

type Sent = FetchInit & { readonly url: string };

/** A `fetch` that gives `answers` in turn. */
function createFetch(...answers: (readonly [status: number, body?: string])[]) {
  const sent: Sent[] = [];
  const fetch: FetchLike = (url, init) => {
    sent.push({ url, ...init });
    const [status, body = ""] = answers.shift() ?? [204];
    return Promise.resolve({ ok: status < 300, status, text: () => Promise.resolve(body) });
  };
  return { sent, fetch };
}

test("text and bytes are posted to the path of the topic", async () => {
  const { sent, fetch } = createFetch();
  const { client } = createWorld({ fetch, url: "http://model.test/base/" });
  const answer = await client.publish("c/d", "é ?#", "text");
  assert.ok(answer instanceof TopicPublish.Success);
  assert.equal(answer.type, "Success");
  await client.publish("c", "t", new Uint8Array([1, 2]));
  assert.deepEqual(
    sent.map(({ url, method, headers, body }) => [url, method, headers, body]),
    [
      [
        "http://model.test/base/topics/c%2Fd/%C3%A9%20%3F%23",
        "POST",
        { "content-type": "text/plain;charset=UTF-8" },
        "text",
      ],
      [
        "http://model.test/base/topics/c/t",
        "POST",
        { "content-type": "application/octet-stream" },
        new Uint8Array([1, 2]),
      ],
    ],
  );
});

test("errors have Momento's codes, and say which limit was hit", async () => {
  const tooLong = { code: "ResourceExhausted", message: "too long", err: "request_size_limit_exceeded" };
  const { fetch } = createFetch(
    [413, JSON.stringify(tooLong)],
    [404, '{"code":"NotFound","message":"no cache"}'],
    [503, '{"code":"Unavailable","message":"stops"}'],
    [502, "<html>"],
    [418, "{}"],
  );
  const { client } = createWorld({ fetch });
  const seen: unknown[] = [];
  for (let n = 0; n < 5; n++) {
    const answer = await client.publish("c", "t", "x");
    assert.ok(answer instanceof TopicPublish.Error);
    const { isRetryable, limit } = answer.innerException();
    seen.push([answer.errorCode(), isRetryable, limit]);
  }
  assert.deepEqual(seen, [
    ["LIMIT_EXCEEDED_ERROR", false, "request_size_limit_exceeded"],
    ["NOT_FOUND_ERROR", false, undefined],
    ["SERVER_UNAVAILABLE", true, undefined],
    ["SERVER_UNAVAILABLE", true, undefined],
    ["BAD_REQUEST_ERROR", false, undefined],
  ]);
});

test("names that cannot be sent are refused", async () => {
  const { sent, fetch } = createFetch();
  const { client } = createWorld({ fetch });
  for (const [cache, topic] of [
    ["", "t"],
    ["c", undefined],
    [null, "t"],
    ["c", 7],
    ["..", "t"],
    ["c", "."],
    ["c", "\ud800"],
  ]) {
    const answer = await client.publish(cache as string, topic as string, "x");
    assert.ok(answer instanceof TopicPublish.Error);
    assert.equal(answer.errorCode(), "INVALID_ARGUMENT_ERROR");
  }
  assert.deepEqual(sent, []);
});

test("values that would arrive as something else are refused", async () => {
  const { sent, fetch } = createFetch([204], [204]);
  const { client } = createWorld({ fetch });
  const wrong = [undefined, null, true, 5, {}, [1, 2], "a\ud800", "\udc00b", new Uint16Array([1, 2])];
  for (const value of [...wrong, new ArrayBuffer(3), new DataView(new ArrayBuffer(3)), new Date(0)]) {
    const answer = await client.publish("c", "t", value as string);
    assert.ok(answer instanceof TopicPublish.Error);
    assert.equal(answer.errorCode(), "INVALID_ARGUMENT_ERROR", typeof value);
  }
  assert.deepEqual(sent, []);
  const ofAnotherRealm = runInNewContext("new Uint8Array([1, 2])") as Uint8Array;
  for (const value of ["\ud83d\ude00", ofAnotherRealm]) {
    assert.ok((await client.publish("c", "t", value)) instanceof TopicPublish.Success);
  }
});

test("a token that is refused is fetched anew, once", async () => {
  const refusal = [401, '{"code":"Unauthenticated","message":"expired"}'] as const;
  const { sent, fetch } = createFetch(refusal, [204], [204], refusal, refusal);
  let count = 0;
  const { client } = createWorld({ fetch, getToken: () => `t${++count}` });
  const types: string[] = [];
  for (let n = 0; n < 3; n++) {
    const answer = await client.publish("c", "t", "x");
    types.push(answer instanceof TopicPublish.Error ? answer.toString() : answer.type);
  }
  assert.deepEqual(types, ["Success", "Success", "AUTHENTICATION_ERROR: expired"]);
  assert.deepEqual(
    sent.map(({ headers }) => headers["authorization"]),
    ["t1", "t2", "t2", "t2", "t3"],
  );
});

test("a publish ends when its time is over, and when its signal says so", async () => {
  const hanging: FetchLike = (_url, { signal }) =>
    new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("aborted"))));
  const world = createWorld({ fetch: hanging });
  const slow = world.client.publish("c", "t", "x");
  await world.runtime.advance(5_001);
  assert.match(toText(await slow), /^TIMEOUT_ERROR/);
  const abort = new AbortController();
  const given = world.client.publish("c", "t", "x", { signal: abort.signal });
  abort.abort();
  assert.match(toText(await given), /^CANCELLED_ERROR/);
  assert.match(
    toText(await world.client.publish("c", "t", "x", { signal: abort.signal })),
    /^CANCELLED_ERROR/,
  );
  await world.settle();
  assert.equal(world.runtime.timers, 0);
});

test("a server that cannot be reached is a CONNECTION_ERROR with its cause", async () => {
  const cause = new TypeError("fetch failed");
  const { client } = createWorld({ fetch: () => Promise.reject(cause) });
  const answer = await client.publish("c", "t", "x");
  assert.ok(answer instanceof TopicPublish.Error);
  assert.equal(answer.errorCode(), "CONNECTION_ERROR");
  assert.equal(answer.innerException().cause, cause);
});

test("with throwOnErrors the error is thrown", async () => {
  const { fetch } = createFetch([404, '{"code":"NotFound","message":"no cache"}']);
  const configuration = TopicConfigurations.Browser.latest().withThrowOnErrors(true);
  const client = new TopicClient({ url: "http://model.test", fetch, configuration });
  await assert.rejects(client.publish("c", "t", "x"), { name: "SdkError", message: "no cache" });
  await assert.rejects(client.subscribe("", "t"), { name: "SdkError" });
});

function toText(answer: TopicPublish.Response): string {
  return answer instanceof TopicPublish.Error ? answer.toString() : answer.type;
}

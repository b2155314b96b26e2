// Whoever guesses keys and tokens is not listened to after a while: by address, and by the key that is guessed at. Nobody else is hurt.
// Every address of 127.0.0.0/8 is this machine on Linux; elsewhere there is one only.

import assert from "node:assert/strict";
import { once } from "node:events";
import { request as httpRequest } from "node:http";
import { text } from "node:stream/consumers";
import { after, beforeEach, describe, test } from "node:test";

import grpc from "@grpc/grpc-js";

import { startSubito } from "../harness.mjs";
import { call, closeServices, createRoleKey, createServices, createToken, toToken } from "./access.mjs";

/** More than any limit lets through: then there is none. */
const guessesMax = 20_000;
const skip = process.platform === "linux" ? false : "needs more than one loopback address";

/** @type {import("../harness.mjs").SubitoServer} */
let server;
/** @type {import("./access.mjs").Services} */
let services;

beforeEach(async () => {
  await stop();
  server = await startSubito({ args: ["--auth", "required"] });
  services = createServices(server.port);
});
after(stop);

async function stop() {
  if (services !== undefined) closeServices(services);
  if (server?.isRunning()) assert.equal(await server.stop(), 0);
}

/**
 * Publishes over HTTP, from an address.
 * @param {string} token
 * @param {string} [localAddress]
 * @returns {Promise<{ status: number, json: any }>}
 */
async function publish(token, localAddress = "127.0.0.1") {
  const sending = httpRequest({
    ...{ host: "127.0.0.1", port: server.port, method: "POST", path: "/topics/default/news", localAddress },
    headers: { authorization: token },
  });
  sending.end("value");
  const [response] = await once(sending, "response");
  const body = await text(response);
  return { status: response.statusCode, json: body === "" ? undefined : JSON.parse(body) };
}

/** @param {string} token */
async function publishOverGrpc(token) {
  const spec = { cache_name: "default", topic: "news", value: { text: "value" } };
  return call(services.pubsub, "Publish", spec, token);
}

/** @param {{ status: number, json: any }} answer */
function assertTooMany({ status, json }) {
  assert.equal(status, 429, JSON.stringify(json));
  assert.equal(json.code, "ResourceExhausted");
  assert.equal(json.err, "operations_rate_limit_exceeded");
}

/**
 * Guesses until it is not listened to.
 * @param {(i: number) => Promise<boolean>} guess true: not listened to any more
 */
async function guessOn(guess) {
  for (let i = 0; i < guessesMax; i += 1) if (await guess(i)) return;
  assert.fail(`${guessesMax} guesses were all looked at`);
}

/** @param {number} i */
function toGuess(i) {
  return `subito_${String(i).padStart(16, "0")}_${"0".repeat(52)}`;
}

describe("guessing from one address", () => {
  test(
    "over HTTP: 429 in the end; a client that is known goes on, other addresses too",
    { skip },
    async () => {
      const known = toToken(server.apiKey);
      const fresh = [
        await createToken(server, { role_id: "operator" }),
        await createRoleKey(server, "operator"),
      ];
      assert.equal((await publish(known)).status, 204);
      await guessOn(async (i) => {
        const { status } = await publish(toGuess(i));
        assert.ok(status === 401 || status === 429, String(status));
        return status === 429;
      });
      assertTooMany(await publish(toGuess(guessesMax)));
      // A right token from the same address that was not seen before is not looked at either.
      for (const token of fresh) assertTooMany(await publish(token));
      for (let i = 0; i < 10; i += 1) assert.equal((await publish(known)).status, 204);
      assert.equal((await publishOverGrpc(known)).code, 0);
      for (const token of fresh) assert.equal((await publish(token, "127.0.0.2")).status, 204);
      // Now it is known, wherever it comes from.
      for (const token of fresh) assert.equal((await publish(token)).status, 204);
    },
  );

  test("over gRPC: RESOURCE_EXHAUSTED in the end, for what stands in the request too", async () => {
    const known = toToken(server.apiKey);
    assert.equal((await publishOverGrpc(known)).code, 0);
    await guessOn(async (i) => {
      const { code, details } = await publishOverGrpc(toGuess(i));
      if (code === grpc.status.UNAUTHENTICATED) return false;
      assert.equal(code, grpc.status.RESOURCE_EXHAUSTED, details);
      // The words by which clients know which limit it is (wire contract 2.4).
      assert.match(details, /operations/);
      return true;
    });
    const rule = { role: "TopicReadOnly", all_caches: {}, all_topics: {} };
    const spec = {
      expires: { valid_for_seconds: 60 },
      permissions: { explicit: { permissions: [{ topic_permissions: rule }] } },
    };
    const guess = { ...spec, auth_token: toGuess(guessesMax) };
    const refused = await call(services.token, "GenerateDisposableToken", guess);
    assert.equal(refused.code, grpc.status.RESOURCE_EXHAUSTED, refused.details);
    const made = await call(services.token, "GenerateDisposableToken", { ...spec, auth_token: known });
    assert.equal(made.code, 0, made.details);
  });

  test("signed tokens are guesses too", async () => {
    const token = await createToken(server, { role_id: "operator" });
    const [header, claims] = token.split(".");
    await guessOn(async (i) => {
      const signature = Buffer.from(toGuess(i).slice(-32)).toString("base64url");
      return (await publish(`${header}.${claims}.${signature}`)).status === 429;
    });
  });
});

describe("guessing at one key", () => {
  test("from many addresses: the key is not looked at in the end, unless it is known", { skip }, async () => {
    const known = toToken(server.apiKey);
    assert.equal((await publish(known)).status, 204);
    const [, id] = known.split("_");
    await guessOn(async (i) => {
      const address = `127.0.${1 + Math.floor(i / 250)}.${1 + (i % 250)}`;
      const answer = await publish(`subito_${id}_${"0".repeat(52)}`, address);
      if (answer.status === 429) assertTooMany(answer);
      else assert.equal(answer.status, 401);
      return answer.status === 429;
    });
    for (const address of ["127.0.0.1", "127.0.0.3"])
      assert.equal((await publish(known, address)).status, 204);
    // Other keys are not concerned.
    const other = await createRoleKey(server, "operator");
    assert.equal((await publish(other, "127.0.0.4")).status, 204);
    // The right secret is not looked at where it was not seen before: this text holds the same key, and is new.
    assertTooMany(await publish(server.apiKey ?? "", "127.0.0.5"));
  });
});

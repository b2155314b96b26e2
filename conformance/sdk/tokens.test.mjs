// The SDK and tokens of a real server: renewed in place, fetched anew when revoked, and typed errors when they are refused.
// That a token has ended is seen by a witness: another client with the same token, which has no other.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import * as sdk from "../../packages/sdk/dist/index.js";
import { startSubito } from "../harness.mjs";
import { Listener, callApi, createClient, createCountedSocket, createToken, publish } from "./world.mjs";

/** @type {import("../harness.mjs").SubitoServer} */
let server;
/** Has the first key. @type {sdk.TopicClient} */
let owner;

before(async () => {
  server = await startSubito({ args: ["--auth", "required"] });
  owner = createClient({ credentialProvider: sdk.CredentialProvider.fromString(server.apiKey ?? "") });
});
after(async () => {
  owner?.close();
  assert.equal(await server?.stop(), 0);
});

/** @param {string} token */
function withToken(token) {
  const endpointOverrides = { cacheEndpoint: server.url };
  return createClient({
    credentialProvider: sdk.CredentialProvider.fromString({ apiKey: token, endpointOverrides }),
  });
}

test("a token is renewed in place: the subscription outlives it on the same socket", async (t) => {
  const Socket = createCountedSocket();
  /** @type {string[]} */
  const tokens = [];
  const client = createClient({
    url: server.url,
    WebSocket: Socket,
    async getToken() {
      const token = await createToken(server, { seconds: tokens.length === 0 ? 3 : 600, id: "alice" });
      tokens.push(token);
      return token;
    },
  });
  t.after(() => client.close());
  const listener = await Listener.start(client, "renewed");
  const witness = withToken(tokens[0] ?? "");
  t.after(() => witness.close());
  const watched = await Listener.start(witness, "renewed");
  await watched.until("error AUTHENTICATION_ERROR");
  assert.equal(watched.subscription?.isSubscribed, false);
  await publish(client, "renewed", "a");
  await listener.until("a");
  assert.deepEqual(listener.log, ["a"]);
  assert.equal(tokens.length, 2);
  assert.equal(Socket.count, 1);
});

test("after a revocation a fresh token is fetched, and nothing is lost", async (t) => {
  let calls = 0;
  const client = createClient({
    url: server.url,
    getToken: () => createToken(server, { seconds: 600, id: `bob-${++calls}` }),
  });
  t.after(() => client.close());
  const listener = await Listener.start(client, "revoked");
  await publish(owner, "revoked", "a");
  await callApi(server, "/revocations", { token_id: "bob-1" });
  await publish(owner, "revoked", "b");
  await listener.until("lost");
  await publish(owner, "revoked", "c");
  await listener.until("c");
  assert.deepEqual(
    listener.log.filter((entry) => entry !== "lost"),
    ["a", "b", "c"],
  );
  assert.equal(calls, 2);
  await publish(client, "revoked", "d");
});

test("when the fresh token is refused too, the subscription ends with that error", async (t) => {
  const token = await createToken(server, { seconds: 600, id: "carol" });
  const client = createClient({ url: server.url, getToken: () => token });
  t.after(() => client.close());
  const listener = await Listener.start(client, "final");
  await callApi(server, "/revocations", { token_id: "carol" });
  await listener.until("error AUTHENTICATION_ERROR");
  assert.equal(listener.subscription?.isSubscribed, false);
  const answer = await client.publish("default", "final", "x");
  assert.ok(answer instanceof sdk.TopicPublish.Error);
  assert.equal(answer.errorCode(), "AUTHENTICATION_ERROR");
});

test("what a token may not, and what no key may, has Momento's codes", async (t) => {
  const token = await createToken(server, { seconds: 600, topics: { name: "mine" }, permissions: ["read"] });
  const client = withToken(token);
  t.after(() => client.close());
  const codes = async (/** @type {string} */ cache, /** @type {string} */ topic, user = client) => {
    const answers = [await user.subscribe(cache, topic, {}), await user.publish(cache, topic, "x")];
    return answers.map((answer) => ("errorCode" in answer ? answer.errorCode() : answer.type));
  };
  assert.deepEqual(await codes("default", "mine"), ["Subscription", "PERMISSION_ERROR"]);
  assert.deepEqual(await codes("default", "other"), ["PERMISSION_ERROR", "PERMISSION_ERROR"]);
  assert.deepEqual(await codes("nowhere", "x", owner), ["NOT_FOUND_ERROR", "NOT_FOUND_ERROR"]);
  const nobody = withToken("subito_aaaaaaaaaaaaaaaa_bbbbbbbb");
  t.after(() => nobody.close());
  assert.deepEqual(await codes("default", "mine", nobody), ["AUTHENTICATION_ERROR", "AUTHENTICATION_ERROR"]);
  const keyless = createClient({ url: server.url });
  t.after(() => keyless.close());
  assert.deepEqual(await codes("default", "mine", keyless), ["AUTHENTICATION_ERROR", "AUTHENTICATION_ERROR"]);
});

// Renewal in place (packages/wire/proto/renewal.proto): subscriptions live on by a fresh token; and what revoking ends.
// That a token has expired is seen by a witness: another subscription with the same token, which nobody renews.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";

import grpc from "@grpc/grpc-js";

import { startSubito } from "../harness.mjs";
import {
  asOwner,
  call,
  closeServices,
  createServices,
  createToken,
  toMetadata,
  toToken,
  toTopicRule,
} from "./access.mjs";
import { readMessage } from "./grpc-client.mjs";

/** Of tokens that are to expire while a test looks on: long enough to begin two subscriptions. */
const shortSeconds = 3;

/** @type {import("../harness.mjs").SubitoServer} */
let server;
/** The connection of the subscriptions that are renewed. @type {import("./access.mjs").Services} */
let services;
/** The connection of the witness. @type {import("./access.mjs").Services} */
let others;

before(async () => {
  server = await startSubito({ args: ["--auth", "required"] });
  services = createServices(server.port);
  others = createServices(server.port);
});
after(async () => {
  for (const each of [services, others]) if (each !== undefined) closeServices(each);
  assert.equal(await server?.stop(), 0);
});

class Subscription {
  /** @type {number[]} */
  sequences = [];
  /** @type {{ code: number, details: string } | undefined} */
  end;
  /** @type {() => void} */
  #onItem = () => {};

  /** @param {grpc.ClientReadableStream<any>} stream */
  constructor(stream) {
    this.stream = stream;
    stream.on("error", () => {});
    /** @type {Promise<{ code: number, details: string }>} */
    this.ended = new Promise((resolve) => {
      stream.once("status", ({ code, details }) => resolve((this.end = { code, details })));
    });
  }

  /** Resolves at the first message. */
  async begin() {
    assert.equal((await readMessage(this.stream)).kind, "heartbeat");
    this.stream.on("data", (message) => {
      assert.notEqual(message.kind, "discontinuity");
      if (message.kind === "item") this.sequences.push(message.item.topic_sequence_number);
      this.#onItem();
    });
    return this;
  }

  /** @param {number} count of items */
  async until(count) {
    const failed = this.ended.then(({ code, details }) =>
      assert.fail(`ended after ${this.sequences.length} items: ${code} ${details}`),
    );
    while (this.sequences.length < count) {
      await Promise.race([failed, new Promise((resolve) => (this.#onItem = () => resolve(undefined)))]);
    }
    failed.catch(() => {});
  }
}

/** @param {import("./access.mjs").Services} by @param {string} topic @param {string} token */
function subscribe(by, topic, token) {
  const request = { cache_name: "default", topic };
  const stream = /** @type {any} */ (by.pubsub).Subscribe(request, toMetadata(token));
  return new Subscription(stream).begin();
}

/** @param {string} topic */
async function publish(topic) {
  const spec = { cache_name: "default", topic, value: { text: "value" } };
  assert.equal((await call(services.pubsub, "Publish", spec, toToken(server.apiKey))).code, 0);
}

/** @param {string} oldToken @param {string} token */
function renew(oldToken, token) {
  return call(services.renewal, "RenewToken", { token }, oldToken);
}

/** @param {Subscription} subscription @param {RegExp} message */
async function assertShutOut({ ended }, message) {
  const { code, details } = await ended;
  assert.equal(code, grpc.status.UNAUTHENTICATED, details);
  assert.match(details, message);
}

describe("renewal", () => {
  test("a renewed subscription lives on across the end of its old token, with no gap", async () => {
    const topic = randomUUID();
    const permissions = toTopicRule(["read"], topic);
    const old = await createToken(server, { permissions }, shortSeconds);
    const subscription = await subscribe(services, topic, old);
    const witness = await subscribe(others, topic, old);
    await publish(topic);
    const { code, details, response } = await renew(old, await createToken(server, { permissions }));
    assert.equal(code, 0, details);
    assert.equal(response.renewed, 1, "the subscription of the other connection is not renewed");
    assert.ok(response.valid_until > Date.now() / 1000);

    let published = 1;
    while (witness.end === undefined) {
      await publish(topic);
      published += 1;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await assertShutOut(witness, /expired/);
    for (let i = 0; i < 10; i += 1) await publish(topic);
    await subscription.until(published + 10);
    assert.deepEqual(
      subscription.sequences,
      Array.from({ length: published + 10 }, (_, i) => i + 1),
    );
    subscription.stream.cancel();
  });

  test("a fresh token that may not subscribe to all of them is refused, and changes nothing", async () => {
    const [topic, second] = [randomUUID(), randomUUID()];
    const { rules } = toTopicRule(["read"], topic);
    const permissions = { rules: [...rules, ...toTopicRule(["read"], second).rules] };
    const old = await createToken(server, { permissions }, shortSeconds);
    const subscriptions = [await subscribe(services, topic, old), await subscribe(services, second, old)];
    for (const wrong of [
      toTopicRule(["write"], topic),
      toTopicRule(["read"], `${topic}-`),
      // One of the two is not enough, whichever comes first.
      toTopicRule(["read"], topic),
      toTopicRule(["read"], second),
    ]) {
      const { code, details } = await renew(old, await createToken(server, { permissions: wrong }));
      assert.equal(code, grpc.status.PERMISSION_DENIED, details);
      assert.match(details, /Insufficient permissions/);
    }
    for (const subscription of subscriptions) await assertShutOut(subscription, /expired/);
  });

  test("what is no token renews nothing; an old token that is none may not even ask", async () => {
    const topic = randomUUID();
    const permissions = toTopicRule(["read"], topic);
    const old = await createToken(server, { permissions }, shortSeconds);
    const subscription = await subscribe(services, topic, old);
    assert.equal((await renew(old, "no token")).code, grpc.status.UNAUTHENTICATED);
    assert.equal(
      (await renew("no token", await createToken(server, { permissions }))).code,
      grpc.status.UNAUTHENTICATED,
    );
    await assertShutOut(subscription, /expired/);
  });

  test("subscriptions of others on the same connection are not renewed", async () => {
    const topic = randomUUID();
    const permissions = toTopicRule(["read"], topic);
    const tokens = [
      await createToken(server, { permissions }),
      await createToken(server, { permissions }, shortSeconds),
    ];
    const [mine = "", theirs = ""] = tokens;
    const own = await subscribe(services, topic, mine);
    const foreign = await subscribe(services, topic, theirs);
    const { response } = await renew(mine, await createToken(server, { permissions }));
    assert.equal(response.renewed, 1);
    await assertShutOut(foreign, /expired/);
    assert.equal(own.end, undefined);
    own.stream.cancel();
  });

  test("revoking the old token does not end what was renewed; revoking the new one does", async () => {
    const topic = randomUUID();
    const permissions = toTopicRule(["read"], topic);
    const [oldId, freshId] = [randomUUID(), randomUUID()];
    const old = await createToken(server, { permissions, token_id: oldId });
    const subscription = await subscribe(services, topic, old);
    const witness = await subscribe(others, topic, old);
    const fresh = await createToken(server, { permissions, token_id: freshId });
    assert.equal((await renew(old, fresh)).response.renewed, 1);

    await asOwner(server, "POST", "/revocations", { token_id: oldId });
    await assertShutOut(witness, /revoked/);
    await publish(topic);
    await subscription.until(1);
    await asOwner(server, "POST", "/revocations", { token_id: freshId });
    await assertShutOut(subscription, /revoked/);
  });
});

describe("revoking ends live subscriptions", () => {
  /** @param {string} topic @param {string} token @param {() => Promise<unknown>} revoke */
  async function assertEnds(topic, token, revoke) {
    const subscription = await subscribe(services, topic, token);
    await revoke();
    await assertShutOut(subscription, /revoked/);
    const again = /** @type {any} */ (services.pubsub).Subscribe(
      { cache_name: "default", topic },
      toMetadata(token),
    );
    assert.equal((await new Subscription(again).ended).code, grpc.status.UNAUTHENTICATED);
  }

  for (const form of ["v1", "v2", "legacy"]) {
    test(`of a ${form} key, and of a token made with it`, async () => {
      const topic = randomUUID();
      const spec = { role_id: "owner", description: "", expiry: "never", form };
      const { api_key: key, key_info: info } = await asOwner(server, "POST", "/api-keys", spec);
      const revoke = () => asOwner(server, "DELETE", `/api-keys/${info.key_id}`);
      if (form === "legacy") return assertEnds(topic, key, revoke);
      const request = { auth_token: key, expires: { valid_for_seconds: 600 } };
      const rule = {
        role: "TopicReadOnly",
        all_caches: {},
        all_topics: {},
      };
      const permissions = { explicit: { permissions: [{ topic_permissions: rule }] } };
      const made = await call(services.token, "GenerateDisposableToken", { ...request, permissions });
      assert.equal(made.code, 0, made.details);
      const child = await subscribe(others, topic, made.response.api_key);
      await assertEnds(topic, key, revoke);
      await assertShutOut(child, /revoked/);
    });
  }

  test("of a role that may not subscribe any more", async () => {
    const topic = randomUUID();
    const role = { role_name: topic, permissions: toTopicRule(["read"], topic) };
    const { role_id: roleId } = await asOwner(server, "POST", "/roles", role);
    const spec = { role_id: roleId, description: "", expiry: "never" };
    const { api_key: key } = await asOwner(server, "POST", "/api-keys", spec);
    const subscription = await subscribe(services, topic, key);
    const less = { ...role, permissions: toTopicRule(["write"], topic) };
    await asOwner(server, "PUT", `/roles/${roleId}`, less);
    const { code, details } = await subscription.ended;
    // Clients subscribe again by themselves, and those that still may go on.
    assert.equal(code, grpc.status.UNAVAILABLE, details);
    const again = await new Subscription(
      /** @type {any} */ (services.pubsub).Subscribe({ cache_name: "default", topic }, toMetadata(key)),
    ).ended;
    assert.equal(again.code, grpc.status.PERMISSION_DENIED, again.details);
  });
});

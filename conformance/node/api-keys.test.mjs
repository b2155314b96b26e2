// API keys with the published auth client: made, refreshed, expired, and what may make which (wire contract 6.1 to 6.3).
//
// Rows of wire contract 6.3, of which what concerns cache items (set, get) waits until the server has them:
//   here                     1-14, 15 (topics in the place of items), 16-19, 35 (create and delete)
//   disposable-tokens.test   20 and 21 (without items), 22, 23-25, 26, 27 (without items), 34 (without items)
//   waiting for items        the item parts of 15, 20, 21, 23, 24, 27, 34, 35; all of 28-33

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import {
  AllCaches,
  AllDataReadWrite,
  AllTopics,
  CacheRole,
  CreateCacheResponse,
  DeleteCacheResponse,
  ExpiresIn,
  GenerateApiKeyResponse,
  RefreshApiKeyResponse,
  TopicRole,
} from "@gomomento/sdk";
import { InternalSuperUserPermissions } from "@gomomento/sdk-core/dist/src/internal/utils/index.js";

import { startSubito } from "../harness.mjs";
import {
  assertDenied,
  assertInvalid,
  assertMay,
  assertShutOut,
  createAuthClient,
  createRoleKey,
  createSession,
  createTopics,
  generateApiKey,
  generateToken,
  toJwtCredentials,
  toWrappedCredentials,
} from "./access.mjs";
import { closeClients, createCacheClient, toKeyCredentials, waitUntil } from "./clients.mjs";

const superUser = new InternalSuperUserPermissions();
const everything = { publish: true, subscribe: true };

/** @type {import("../harness.mjs").SubitoServer} */
let server;
/** @type {import("./access.mjs").Credentials} */
let session;
/** @type {import("@gomomento/sdk").AuthClient} */
let auth;

before(async () => {
  server = await startSubito({ args: ["--auth", "required"] });
  session = await createSession(server);
  auth = createAuthClient(session);
});
after(async () => {
  closeClients();
  assert.equal(await server?.stop(), 0);
});

/** @param {import("@gomomento/sdk").GenerateApiKey.Success} key */
function toCredentials(key) {
  return toKeyCredentials(key.apiKey, server.port);
}

/** Waits until a key, or whatever it is, is not taken any more. @param {import("./access.mjs").Credentials} credentials */
async function waitForEnd(credentials) {
  const caches = await createCacheClient(server.port, credentials);
  for (;;) {
    const response = await caches.createCache("probe");
    if (response.type === CreateCacheResponse.Error) return assertShutOut(response);
    await sleep(100);
  }
}

describe("a session generates", () => {
  test("keys of a super user for 10 s, for a day, for ever (rows 1 to 3)", async () => {
    const soon = await generateApiKey(auth, superUser, ExpiresIn.seconds(10));
    assert.ok(soon.expiresAt.doesExpire());
    assert.equal(soon.endpoint, `127.0.0.1:${server.port}`);
    const tomorrow = await generateApiKey(auth, superUser, ExpiresIn.days(1));
    const off = tomorrow.expiresAt.epoch() - (Date.now() / 1000 + 24 * 3600);
    assert.ok(Math.abs(off) < 3600, String(off));
    const never = await generateApiKey(auth, superUser, ExpiresIn.never());
    assert.equal(never.expiresAt.doesExpire(), false);
    for (const key of [soon, tomorrow, never]) assert.notEqual(key.refreshToken, "");
  });

  test("nothing that has expired before it is made (row 4)", async () => {
    assertInvalid(await auth.generateApiKey(superUser, ExpiresIn.seconds(-100)));
    assertInvalid(await auth.generateApiKey(superUser, ExpiresIn.seconds(0)));
  });

  test("keys of a second (row 9), which are not taken afterwards (row 8), nor refreshed (row 6)", async () => {
    for (const scope of [superUser, AllDataReadWrite]) {
      const key = await generateApiKey(auth, scope, ExpiresIn.seconds(1));
      await sleep(1500);
      const caches = await createCacheClient(server.port, toCredentials(key));
      assertShutOut(await caches.createCache("too-late"));
      assertShutOut(await caches.listCaches());
      const topics = createTopics(server, toCredentials(key));
      assertShutOut(await topics.publish("default", "topic", "value"));
      assertShutOut(await topics.subscribe("default", "topic", {}));
      const keeper = createAuthClient(toCredentials(key));
      assertShutOut(await keeper.refreshApiKey(key.refreshToken));
      assertShutOut(await keeper.generateApiKey(AllDataReadWrite, ExpiresIn.minutes(1)));
    }
  });

  test("nothing for an empty list, or lists that contradict themselves (rows 16 to 19)", async () => {
    const { ReadOnly, ReadWrite } = CacheRole;
    const { SubscribeOnly, PublishSubscribe } = TopicRole;
    const contradictions = [
      [],
      [
        { role: ReadOnly, cache: AllCaches },
        { role: ReadWrite, cache: AllCaches },
      ],
      [
        { role: ReadOnly, cache: "i-am-groot" },
        { role: ReadWrite, cache: { name: "i-am-groot" } },
      ],
      [
        { role: SubscribeOnly, cache: "i-am-groot", topic: "rocket" },
        { role: PublishSubscribe, cache: { name: "i-am-groot" }, topic: { name: "rocket" } },
      ],
      [
        { role: SubscribeOnly, cache: AllCaches, topic: AllTopics },
        { role: PublishSubscribe, cache: AllCaches, topic: AllTopics },
      ],
    ];
    for (const permissions of contradictions) {
      const scope = /** @type {import("@gomomento/sdk").PermissionScope} */ ({ permissions });
      assertInvalid(await auth.generateApiKey(scope, ExpiresIn.minutes(1)));
    }
    // For different things they are none.
    await generateApiKey(auth, {
      permissions: [
        { role: SubscribeOnly, cache: "i-am-groot", topic: "rocket" },
        { role: PublishSubscribe, cache: "i-am-groot", topic: "drax" },
        { role: ReadOnly, cache: "i-am-groot" },
        { role: ReadWrite, cache: AllCaches },
      ],
    });
  });

  test("caches, and deletes them (row 35)", async () => {
    const caches = await createCacheClient(server.port, session);
    assert.equal((await caches.createCache("of-a-session")).type, CreateCacheResponse.Success);
    assert.equal((await caches.deleteCache("of-a-session")).type, DeleteCacheResponse.Success);
    await assertMay(createTopics(server, session), "default", "topic", everything);
  });
});

describe("a key is refreshed", () => {
  /** @type {readonly ["generateApiKey" | "generateAuthToken", "refreshApiKey" | "refreshAuthToken", string][]} */
  const names = [
    ["generateApiKey", "refreshApiKey", "row 5"],
    ["generateAuthToken", "refreshAuthToken", "row 7"],
  ];
  for (const [generate, refresh, row] of names) {
    test(`by ${refresh}: it lives as long again, from then on (${row})`, async () => {
      // 10 s in the contract; a busy machine may need longer than that.
      const old = await auth[generate](superUser, ExpiresIn.minutes(10));
      if (old.type !== GenerateApiKeyResponse.Success) assert.fail(old.toString());
      await sleep(2100);
      const fresh = await createAuthClient(toCredentials(old))[refresh](old.refreshToken);
      if (fresh.type !== RefreshApiKeyResponse.Success) assert.fail(fresh.toString());
      const longer = fresh.expiresAt.epoch() - old.expiresAt.epoch();
      assert.ok(longer >= 2 && longer <= 602, String(longer));
      assert.notEqual(fresh.apiKey, old.apiKey);
      assert.notEqual(fresh.refreshToken, old.refreshToken);
      const caches = await createCacheClient(server.port, toKeyCredentials(fresh.apiKey, server.port));
      assert.equal((await caches.createCache(`made-by-${refresh}`)).type, CreateCacheResponse.Success);
    });
  }

  test("once, with the refresh token that came with it, into one that may the same", async () => {
    const old = await generateApiKey(auth, AllDataReadWrite);
    const other = await generateApiKey(auth, AllDataReadWrite);
    const keeper = createAuthClient(toCredentials(old));
    assertShutOut(await keeper.refreshApiKey(other.refreshToken));
    assertShutOut(await keeper.refreshApiKey("no such thing"));
    const fresh = await keeper.refreshApiKey(old.refreshToken);
    if (fresh.type !== RefreshApiKeyResponse.Success) assert.fail(fresh.toString());
    assertShutOut(await keeper.refreshApiKey(old.refreshToken));
    const credentials = toKeyCredentials(fresh.apiKey, server.port);
    await assertMay(createTopics(server, credentials), "default", "topic", everything);
    const caches = await createCacheClient(server.port, credentials);
    assertDenied(await caches.createCache("not-mine"));
    // The old one lives to its own end.
    await assertMay(createTopics(server, toCredentials(old)), "default", "topic", everything);
  });
});

describe("a key of a super user", () => {
  test("makes keys and tokens with rules, and no super users (rows 10, 11)", async () => {
    const keeper = createAuthClient(toCredentials(await generateApiKey(auth, superUser)));
    assertDenied(await keeper.generateApiKey(superUser, ExpiresIn.minutes(1)));
    await generateApiKey(keeper, AllDataReadWrite);
    await generateToken(server, keeper, AllDataReadWrite);
  });

  test("does everything with caches and topics", async () => {
    const credentials = toCredentials(await generateApiKey(auth, superUser));
    const caches = await createCacheClient(server.port, credentials);
    assert.equal((await caches.createCache("of-a-super-user")).type, CreateCacheResponse.Success);
    await assertMay(createTopics(server, credentials), "of-a-super-user", "topic", everything);
    assert.equal((await caches.deleteCache("of-a-super-user")).type, DeleteCacheResponse.Success);
  });

  test("ends without what it has made: a token may live longer than its key", async () => {
    const key = await generateApiKey(auth, superUser, ExpiresIn.seconds(5));
    const token = await generateToken(server, createAuthClient(toCredentials(key)), AllDataReadWrite);
    await waitForEnd(toCredentials(key));
    await assertMay(createTopics(server, token), "default", "topic", everything);
  });
});

describe("a key for all data", () => {
  test("publishes and subscribes anywhere (row 15), and manages no caches (row 14)", async () => {
    const credentials = toCredentials(await generateApiKey(auth, AllDataReadWrite));
    const caches = await createCacheClient(server.port, credentials);
    assertDenied(await caches.createCache("not-mine"));
    assertDenied(await caches.deleteCache("default"));
    // Permission is asked for before the cache is.
    assertDenied(await caches.deleteCache("no-such-cache"));
    assertDenied(await caches.flushCache("default"));
    assertDenied(await caches.listCaches());
    await assertMay(createTopics(server, credentials), "default", "topic", everything);
  });

  test("makes neither keys nor tokens (row 12)", async () => {
    const keeper = createAuthClient(toCredentials(await generateApiKey(auth, AllDataReadWrite)));
    for (const scope of [superUser, AllDataReadWrite])
      assertDenied(await keeper.generateApiKey(scope, ExpiresIn.minutes(1)));
    assertDenied(await keeper.generateDisposableToken(AllDataReadWrite, ExpiresIn.minutes(1)));
  });
});

describe("keys in other forms", () => {
  test("the oldest form does everything but make keys and tokens (row 13)", async () => {
    const credentials = toJwtCredentials(await createRoleKey(server, "owner", "legacy"), server);
    const caches = await createCacheClient(server.port, credentials);
    assert.equal((await caches.createCache("of-the-oldest-form")).type, CreateCacheResponse.Success);
    await assertMay(createTopics(server, credentials), "of-the-oldest-form", "topic", everything);
    const keeper = createAuthClient(credentials);
    for (const scope of [superUser, AllDataReadWrite])
      assertDenied(await keeper.generateApiKey(scope, ExpiresIn.minutes(1)));
    assertDenied(await keeper.generateDisposableToken(AllDataReadWrite, ExpiresIn.minutes(1)));
  });

  for (const [role, manages, topics, issues] of /** @type {const} */ ([
    ["owner", true, everything, true],
    ["operator", true, everything, false],
    ["viewer", false, { publish: false, subscribe: true }, false],
  ])) {
    test(`a v2 key of the role ${role}`, async () => {
      const credentials = toWrappedCredentials(await createRoleKey(server, role, "v2"), server);
      const caches = await createCacheClient(server.port, credentials);
      const created = await caches.createCache(`of-the-${role}`);
      if (manages) assert.equal(created.type, CreateCacheResponse.Success, created.toString());
      else assertDenied(created);
      assert.equal((await caches.listCaches()).type, "Success");
      await assertMay(createTopics(server, credentials), "default", "topic", topics);
      const keeper = createAuthClient(credentials);
      if (issues) await generateToken(server, keeper, AllDataReadWrite);
      else assertDenied(await keeper.generateDisposableToken(AllDataReadWrite, ExpiresIn.minutes(1)));
      const key = await keeper.generateApiKey(superUser, ExpiresIn.minutes(1));
      if (issues) assert.equal(key.type, GenerateApiKeyResponse.Success, key.toString());
      else assertDenied(key);
    });
  }
});

test("a key that is revoked ends its subscription", async () => {
  const credentials = toCredentials(await generateApiKey(auth, AllDataReadWrite));
  const topics = createTopics(server, credentials);
  /** @type {string[]} */
  const errors = [];
  const subscription = await topics.subscribe("default", "revoked", {
    onError: (error) => void errors.push(error.errorCode()),
  });
  assert.equal(subscription.type, "Subscription", subscription.toString());
  const [, id] = credentials.getAuthToken().split("_");
  const { status } = await fetch(`${server.url}/api-keys/${id}`, {
    method: "DELETE",
    headers: { authorization: session.getAuthToken() },
  });
  assert.equal(status, 200);
  await waitUntil(
    () => errors.length > 0,
    () => "an error was expected",
  );
  assert.deepEqual(errors, ["AUTHENTICATION_ERROR"]);
  assertShutOut(await topics.publish("default", "revoked", "value"));
});

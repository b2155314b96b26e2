// Disposable tokens and keys with rules of their own, with the published auth client: every scope helper, token ids, and their end.
// Which rows of wire contract 6.3 are here, and which wait for cache items, stands at the head of api-keys.test.mjs.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import {
  AllCaches,
  AllDataReadWrite,
  AllFunctions,
  AllTopics,
  CacheRole,
  DisposableTokenScopes,
  ExpiresIn,
  FunctionRole,
  PermissionScopes,
  TopicRole,
  TopicSubscribeResponse,
} from "@gomomento/sdk";

import { startSubito } from "../harness.mjs";
import {
  anHour,
  assertDenied,
  assertInvalid,
  assertMay,
  assertShutOut,
  createAuthClient,
  createSession,
  createTopics,
  generateApiKey,
  generateToken,
} from "./access.mjs";
import { closeClients, createCacheClient, publish, toKeyCredentials, waitUntil } from "./clients.mjs";

const nothing = { publish: false, subscribe: false };
const everything = { publish: true, subscribe: true };
const [c1, c2] = ["i-am-groot", "other-cache"];

/** @type {import("../harness.mjs").SubitoServer} */
let server;
/** @type {import("@gomomento/sdk").AuthClient} */
let auth;

before(async () => {
  server = await startSubito({ args: ["--auth", "required"] });
  const session = await createSession(server);
  auth = createAuthClient(session);
  const caches = await createCacheClient(server.port, session);
  for (const name of [c1, c2]) assert.equal((await caches.createCache(name)).type, "Success");
});
after(async () => {
  closeClients();
  assert.equal(await server?.stop(), 0);
});

/** @param {import("@gomomento/sdk").DisposableTokenScope} scope */
async function createTopicsFor(scope) {
  return createTopics(server, await generateToken(server, auth, scope));
}

/** Neither caches nor keys are anything to a token. @param {import("./access.mjs").Credentials} credentials */
async function assertManagesNothing(credentials) {
  const caches = await createCacheClient(server.port, credentials);
  assertDenied(await caches.createCache("not-mine"));
  assertDenied(await caches.deleteCache(c1));
  assertDenied(await caches.flushCache(c1));
  assertDenied(await caches.listCaches());
  const keeper = createAuthClient(credentials);
  assertDenied(await keeper.generateApiKey(AllDataReadWrite, ExpiresIn.minutes(1)));
  assertDenied(await keeper.generateDisposableToken(AllDataReadWrite, ExpiresIn.minutes(1)));
}

const cacheForms = { "all caches": AllCaches, "a cache's name": c1, "a cache as an object": { name: c1 } };
const topicForms = {
  "all topics": AllTopics,
  "a topic's name": "news",
  "a topic as an object": { name: "news" },
};
const roles = {
  topicPublishOnly: { publish: true, subscribe: false },
  topicSubscribeOnly: { publish: false, subscribe: true },
  topicPublishSubscribe: everything,
};

/**
 * What a topic rule allows, and nothing beside it.
 * @param {import("@gomomento/sdk").TopicClient} topics
 * @param {unknown} cache
 * @param {unknown} topic
 * @param {{ publish: boolean, subscribe: boolean }} may
 */
async function assertRule(topics, cache, topic, may) {
  await assertMay(topics, c1, "news", may);
  await assertMay(topics, c1, "newsroom", topic === AllTopics ? may : nothing);
  await assertMay(topics, c1, "News", topic === AllTopics ? may : nothing);
  await assertMay(topics, c2, "news", cache === AllCaches ? may : nothing);
  // Permission is asked for before the cache is.
  if (cache !== AllCaches) await assertMay(topics, "no-such-cache", "news", nothing);
}

for (const [scopesName, scopes] of Object.entries({ DisposableTokenScopes, PermissionScopes })) {
  describe(scopesName, () => {
    for (const [helper, may] of Object.entries(roles)) {
      for (const [cacheForm, cache] of Object.entries(cacheForms)) {
        for (const [topicForm, topic] of Object.entries(topicForms)) {
          test(`${helper}, ${cacheForm}, ${topicForm}`, async () => {
            const scope = scopes[/** @type {keyof typeof roles} */ (helper)](cache, topic);
            await assertRule(await createTopicsFor(scope), cache, topic, may);
          });
        }
      }
    }
  });
}

describe("helpers that say nothing of topics", () => {
  const scopes = {
    ...Object.fromEntries(
      /** @type {const} */ (["cacheReadWrite", "cacheReadOnly", "cacheWriteOnly"]).flatMap((name) => [
        [`${name}, all caches`, PermissionScopes[name](AllCaches)],
        [`${name}, a cache`, DisposableTokenScopes[name](c1)],
      ]),
    ),
    ...Object.fromEntries(
      /** @type {const} */ ([
        ...["cacheKeyReadWrite", "cacheKeyReadOnly", "cacheKeyWriteOnly"],
        ...["cacheKeyPrefixReadWrite", "cacheKeyPrefixReadOnly", "cacheKeyPrefixWriteOnly"],
      ]).map((name) => [name, /** @type {any} */ (DisposableTokenScopes)[name](c1, "news")]),
    ),
    functionInvoke: PermissionScopes.functionInvoke(AllCaches, AllFunctions),
    functionPermitNone: PermissionScopes.functionPermitNone(AllCaches, AllFunctions),
  };
  for (const [name, scope] of Object.entries(scopes)) {
    test(`${name}: a token is made, for which every topic is denied (row 22)`, async () => {
      await assertMay(await createTopicsFor(scope), c1, "news", nothing);
    });
  }

  test("a key and a prefix of one cache with one role do not contradict each other (rows 28 to 33)", async () => {
    const selectors = [{ key: "cow" }, { keyPrefix: "pet" }];
    for (const cache of [AllCaches, c1]) {
      for (const role of [CacheRole.ReadOnly, CacheRole.WriteOnly, CacheRole.ReadWrite]) {
        const permissions = selectors.map((item) => ({ role, cache, item }));
        await assertMay(await createTopicsFor({ permissions }), c1, "cow", nothing);
      }
    }
  });
});

describe("of several permissions each is for its own cache", () => {
  const { ReadWrite, WriteOnly } = CacheRole;
  const { PublishOnly, PublishSubscribe, SubscribeOnly } = TopicRole;

  test("a key {items of c1, topics of c2} (row 24)", async () => {
    const key = await generateApiKey(auth, {
      permissions: [
        { role: ReadWrite, cache: c1 },
        { role: PublishSubscribe, cache: c2, topic: AllTopics },
      ],
    });
    const topics = createTopics(server, toKeyCredentials(key.apiKey, server.port));
    await assertMay(topics, c1, "news", nothing);
    await assertMay(topics, c2, "news", everything);
  });

  test("a key that may read items everywhere, and no topic (rows 20 to 22)", async () => {
    const key = await generateApiKey(auth, PermissionScopes.cacheReadOnly(AllCaches));
    const topics = createTopics(server, toKeyCredentials(key.apiKey, server.port));
    for (const cache of [c1, c2]) await assertMay(topics, cache, "news", nothing);
  });

  test("a key that may subscribe everywhere (row 23)", async () => {
    const key = await generateApiKey(auth, PermissionScopes.topicSubscribeOnly(AllCaches, AllTopics));
    const credentials = toKeyCredentials(key.apiKey, server.port);
    const topics = createTopics(server, credentials);
    for (const cache of [c1, c2]) await assertMay(topics, cache, "news", roles.topicSubscribeOnly);
    await assertManagesNothing(credentials);
  });

  test("a token {items of c1, publish to c2} (row 27)", async () => {
    const topics = await createTopicsFor({
      permissions: [
        { role: WriteOnly, cache: c1 },
        { role: PublishOnly, cache: c2, topic: AllTopics },
      ],
    });
    await assertMay(topics, c1, "news", nothing);
    await assertMay(topics, c2, "news", roles.topicPublishOnly);
  });

  test("a token {items of c1, topics of c2} (row 34)", async () => {
    const topics = await createTopicsFor({
      permissions: [
        { role: ReadWrite, cache: c1 },
        { role: PublishSubscribe, cache: c2, topic: AllTopics },
      ],
    });
    await assertMay(topics, c1, "news", nothing);
    await assertMay(topics, c2, "news", everything);
  });

  test("publish here, subscribe there", async () => {
    const topics = await createTopicsFor({
      permissions: [
        { role: PublishOnly, cache: c1, topic: "news" },
        { role: SubscribeOnly, cache: c2, topic: "news" },
        { role: FunctionRole.FunctionInvoke, cache: c2, func: AllFunctions },
      ],
    });
    await assertMay(topics, c1, "news", roles.topicPublishOnly);
    await assertMay(topics, c2, "news", roles.topicSubscribeOnly);
    await assertMay(topics, c2, "chat", nothing);
  });
});

test("a token for all data publishes and subscribes, and manages nothing", async () => {
  const credentials = await generateToken(server, auth, AllDataReadWrite);
  for (const cache of [c1, c2]) await assertMay(createTopics(server, credentials), cache, "news", everything);
  await assertManagesNothing(credentials);
});

describe("a token's id", () => {
  test("comes with what it publishes (row 25)", async () => {
    const scope = {
      permissions: [
        { role: CacheRole.WriteOnly, cache: c1 },
        { role: TopicRole.PublishSubscribe, cache: c2, topic: "landings" },
      ],
    };
    const properties = { tokenId: "myTokenID" };
    const topics = createTopics(server, await generateToken(server, auth, scope, anHour, properties));
    /** @type {import("@gomomento/sdk").TopicItem[]} */
    const items = [];
    const subscription = await topics.subscribe(c2, "landings", { onItem: (item) => void items.push(item) });
    if (subscription.type !== TopicSubscribeResponse.Subscription) assert.fail(subscription.toString());
    await publish(topics, c2, "landings", "humans landed on Mars!");
    await publish(await createTopicsFor(AllDataReadWrite), c2, "landings", "without an id");
    await waitUntil(
      () => items.length === 2,
      () => `2 items were expected, got ${items.length}`,
    );
    subscription.unsubscribe();
    assert.equal(items[0]?.tokenId(), "myTokenID");
    assert.equal(items[0]?.toString(), "TopicItem: humans landed on Mars!; Token Id: myTokenID");
    assert.equal(items[1]?.tokenId() ?? "", "");
  });

  test("has at most 64 characters (row 26)", async () => {
    const of = (/** @type {number} */ length) => ({ tokenId: "x".repeat(length) });
    assertInvalid(await auth.generateDisposableToken(AllDataReadWrite, anHour, of(66)));
    await generateToken(server, auth, AllDataReadWrite, anHour, of(64));
  });
});

describe("the server refuses", () => {
  test("tokens for more than 25 hours, and the client those that never end", async () => {
    await generateToken(server, auth, AllDataReadWrite, ExpiresIn.hours(25));
    assertInvalid(await auth.generateDisposableToken(AllDataReadWrite, ExpiresIn.minutes(25 * 60 + 1)));
    assertInvalid(await auth.generateDisposableToken(AllDataReadWrite, ExpiresIn.never()));
    assertInvalid(await auth.generateDisposableToken(AllDataReadWrite, ExpiresIn.seconds(-1)));
  });

  test("empty lists, lists that contradict themselves, and more than 20 permissions", async () => {
    const rule = { role: TopicRole.SubscribeOnly, cache: c1, topic: "news" };
    const many = Array.from({ length: 21 }, (_, i) => ({ ...rule, topic: `news-${i}` }));
    for (const permissions of [[], [rule, { ...rule, role: TopicRole.PublishSubscribe }], many])
      assertInvalid(await auth.generateDisposableToken({ permissions }, anHour));
    await assertMay(await createTopicsFor({ permissions: many.slice(1) }), c1, "news-20", {
      ...roles.topicSubscribeOnly,
    });
  });
});

test("a subscription ends with its token", async () => {
  const scope = DisposableTokenScopes.topicSubscribeOnly(c1, "news");
  const topics = createTopics(server, await generateToken(server, auth, scope, ExpiresIn.seconds(2)));
  /** @type {string[]} */
  const errors = [];
  const subscription = await topics.subscribe(c1, "news", {
    onError: (error, from) => void errors.push(`${error.errorCode()} ${from.isSubscribed}`),
  });
  if (subscription.type !== TopicSubscribeResponse.Subscription) assert.fail(subscription.toString());
  await waitUntil(
    () => errors.length > 0,
    () => "the end of the subscription was expected",
  );
  assert.deepEqual(errors, ["AUTHENTICATION_ERROR false"]);
  assertShutOut(await topics.subscribe(c1, "news", {}));
});

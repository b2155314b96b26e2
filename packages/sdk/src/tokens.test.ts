// Tokens of a client: fetched, renewed in place before they end, fetched anew when they are refused, and errors when that does not help.

import assert from "node:assert/strict";
import { test } from "node:test";
import { CredentialProvider } from "./credential-provider.js";
import { createWorld } from "./testing/subscriber.js";
import * as TopicSubscribe from "./topic-subscribe.js";

/** A world whose server takes t1, t2 … and whose client is given them in turn, each for `seconds`. */
function createTokenWorld(seconds: number | undefined) {
  let count = 0;
  const given = { fail: 0, forged: false, calls: 0 };
  const world = createWorld({
    async getToken() {
      given.calls++;
      await Promise.resolve();
      if (given.fail-- > 0) throw new Error("back end is down");
      const token = `t${++count}`;
      const ends = seconds === undefined ? undefined : Math.floor(world.runtime.now() / 1000) + seconds;
      if (!given.forged) world.server.tokens?.set(token, ends);
      return token;
    },
  });
  world.server.tokens = new Map();
  return { ...world, given };
}

test("the token is told before the first subscription", async () => {
  const world = createTokenWorld(undefined);
  await world.subscribe("news");
  assert.deepEqual(world.server.types, ["authenticate", "subscribe"]);
  assert.equal(world.server.received[0]?.token, "t1");
});

test("a token is renewed before it ends, on the same socket, and subscriptions live on", async () => {
  const world = createTokenWorld(600);
  const { log } = await world.subscribe("news");
  await world.pass(1800);
  world.server.publish("news", "a");
  await world.settle();
  assert.deepEqual(log, ["a 1"]);
  assert.equal(world.server.opened, 1);
  // At 80 of 100 parts of its life, as chance is always half here.
  assert.deepEqual(world.server.types, [
    "authenticate",
    "subscribe",
    "renew_token",
    "renew_token",
    "renew_token",
  ]);
});

test("a renewal for which no token can be had, or which is refused, is tried again in time", async () => {
  const world = createTokenWorld(600);
  const { log } = await world.subscribe("news");
  world.given.fail = 1;
  await world.pass(481);
  assert.deepEqual(world.server.types, ["authenticate", "subscribe"]);
  world.given.forged = true;
  await world.pass(96);
  world.given.forged = false;
  await world.pass(20);
  assert.deepEqual(world.server.types, ["authenticate", "subscribe", "renew_token", "renew_token"]);
  assert.equal(world.server.opened, 1);
  assert.deepEqual(log, []);
});

test("a token that was refused or has ended is fetched anew, once", async () => {
  const world = createTokenWorld(undefined);
  const { log } = await world.subscribe("news");
  world.server.tokens?.clear();
  world.server.cut();
  world.server.publish("news", "a");
  await world.recover();
  assert.deepEqual(log, ["lost", "a 1"]);
  assert.equal(world.given.calls, 2);
  world.server.tokens?.clear();
  for (const socket of world.server.sockets) socket.endSubscription("news", "Unauthenticated");
  await world.settle();
  world.server.publish("news", "b");
  await world.recover();
  assert.deepEqual(log, ["lost", "a 1", "lost", "b 2"]);
  assert.equal(world.given.calls, 3);
});

test("when the fresh token is refused too, every subscription ends with that error", async () => {
  const world = createTokenWorld(undefined);
  const [news, sport] = [await world.subscribe("news"), await world.subscribe("sport")];
  world.given.forged = true;
  world.server.tokens?.clear();
  world.server.cut();
  await world.recover();
  assert.deepEqual(news.log, ["lost", "error AUTHENTICATION_ERROR", "end"]);
  assert.deepEqual(sport.log, news.log);
  assert.equal(news.subscription.isSubscribed, false);
  assert.equal(world.runtime.timers, 0);
  const callsBefore = world.given.calls;
  const answer = world.client.subscribe("c", "news", {});
  await world.settle();
  const refused = await answer;
  assert.ok(refused instanceof TopicSubscribe.Error);
  assert.equal(refused.errorCode(), "AUTHENTICATION_ERROR");
  assert.equal(world.given.calls, callsBefore + 2);
});

test("a back end that cannot be reached is tried again for those who had a subscription", async () => {
  const world = createTokenWorld(undefined);
  const { log } = await world.subscribe("news");
  world.given.fail = 2;
  world.server.tokens?.clear();
  world.server.cut();
  await world.recover();
  await world.recover();
  world.server.publish("news", "a");
  await world.settle();
  assert.deepEqual(log, ["lost", "a 1"]);
});

test("an API key that is refused is final", async () => {
  const credentialProvider = CredentialProvider.fromString({
    apiKey: "wrong",
    endpointOverrides: { cacheEndpoint: "http://model.test" },
  });
  const world = createWorld({ credentialProvider });
  world.server.tokens = new Map([["wrong", undefined]]);
  const { log } = await world.subscribe("news");
  world.server.tokens.clear();
  world.server.cut();
  await world.recover();
  assert.deepEqual(log, ["lost", "error AUTHENTICATION_ERROR", "end"]);
});

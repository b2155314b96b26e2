// On every way: who may not subscribe is told why, and so is everyone whose subscription ends.

import assert from "node:assert/strict";
import { nextValues, onEveryWay, place, startGuardedWorld, startWorld } from "../../testing/ways/suite.js";

onEveryWay("a cache that is missing", async (t, way) => {
  const world = await startWorld(t);
  const subscriber = await world.open(way, { place: { ...place, cacheName: "nowhere" } });
  assert.deepEqual(await subscriber.next(), { kind: "ended", code: "not_found" });
});

onEveryWay("a topic that the token does not allow", async (t, way) => {
  const world = await startGuardedWorld(t);
  for (const token of [
    await world.makeToken({ topic: "other" }),
    await world.makeToken({ permissions: ["write"] }),
  ]) {
    const subscriber = await world.open(way, { token });
    assert.deepEqual(await subscriber.next(), { kind: "ended", code: "permission_denied" });
  }
});

onEveryWay("a wrong token, and none", async (t, way) => {
  const world = await startGuardedWorld(t);
  const good = await world.makeToken();
  const forged = `${good.slice(0, -8)}${good.at(-8) === "A" ? "B" : "A"}${good.slice(-7)}`;
  for (const options of [{ token: "nonsense" }, { token: forged }, {}]) {
    const subscriber = await world.open(way, options);
    assert.deepEqual(await subscriber.next(), { kind: "ended", code: "unauthenticated" });
  }
});

onEveryWay("the token expires", async (t, way) => {
  const world = await startGuardedWorld(t);
  const subscriber = await world.open(way, { token: await world.makeToken({ seconds: 2 }) });
  await world.publish("while it lasts");
  assert.deepEqual(await nextValues(subscriber, 1), ["while it lasts"]);
  assert.deepEqual(await subscriber.next(), { kind: "ended", code: "unauthenticated" });
});

onEveryWay("goes on with another token where the one that expired had stopped", async (t, way) => {
  const world = await startGuardedWorld(t);
  const first = await world.open(way, { token: await world.makeToken({ seconds: 2 }) });
  await world.publish("one");
  await nextValues(first, 1);
  assert.deepEqual(await first.next(), { kind: "ended", code: "unauthenticated" });
  await world.publish("between");
  const second = await world.open(way, { token: await world.makeToken(), cursor: first.cursor });
  await world.publish("after");
  assert.deepEqual(await nextValues(second, 2), ["between", "after"]);
});

onEveryWay("the token is revoked", async (t, way) => {
  const world = await startGuardedWorld(t);
  const token = await world.makeToken({ id: "alice" });
  const revoked = await world.open(way, { token });
  const other = await world.open(way, { token: await world.makeToken({ id: "bob" }) });
  await world.revoke("alice");
  assert.deepEqual(await revoked.next(), { kind: "ended", code: "unauthenticated" });
  const again = await world.open(way, { token });
  assert.deepEqual(await again.next(), { kind: "ended", code: "unauthenticated" });
  await world.publish("for bob");
  assert.deepEqual(await nextValues(other, 1), ["for bob"]);
});

onEveryWay("the cache is deleted, after what was published before", async (t, way) => {
  const world = await startWorld(t);
  const at = { cacheName: "short-lived", topic: "t" };
  await world.createCache(at.cacheName);
  const subscriber = await world.open(way, { place: at });
  await world.publish("last words", at);
  await world.deleteCache(at.cacheName);
  assert.deepEqual(await nextValues(subscriber, 1), ["last words"]);
  assert.deepEqual(await subscriber.next(), { kind: "ended", code: "not_found" });
});

/** These may find the server gone between two requests, or are told by a new connection that is refused. */
const MAY_HEAR_NOTHING = ["long poll", "SSE"];

onEveryWay("the server stops, after what was published before", async (t, way) => {
  const world = await startWorld(t);
  const subscriber = await world.open(way);
  await world.publish("last words");
  assert.deepEqual(await nextValues(subscriber, 1), ["last words"]);
  await world.server.close();
  const event = await subscriber.next();
  if (event.kind === "lost") assert.ok(MAY_HEAR_NOTHING.includes(way.name), "it was not told");
  else assert.deepEqual(event, { kind: "ended", code: "unavailable" });
});

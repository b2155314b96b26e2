// Who is at a socket: by the handshake, by a message, by being on this machine; and how that changes.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createSocketWorld } from "../../testing/socket-world.js";
import { code } from "../../testing/topics-world.js";

const subscribe = { type: "subscribe", cache: "c" };
const publish = { type: "publish", cache: "c", value: { text: "x" } };
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

/** Asks what is answered later. */
async function askLater(
  socket: Awaited<ReturnType<ReturnType<typeof createSocketWorld>["open"]>>,
  message: object,
) {
  socket.send(message);
  let said = socket.said;
  while (said.length === 0) {
    await settle();
    said = socket.said;
  }
  assert.equal(said.length, 1, JSON.stringify(said));
  return said[0] as Readonly<Record<string, unknown>>;
}

test("open mode: whoever comes by a name of this machine needs no token, others do", async () => {
  const world = createSocketWorld();
  const local = await world.open();
  assert.equal(local.ask({ id: 1, ...publish, topic: "t" })["type"], "published");
  const stranger = await world.open(undefined, "evil.example");
  assert.equal(stranger.ask({ id: 1, ...publish, topic: "t" })["code"], "PermissionDenied");
  assert.equal(stranger.ask({ id: 2, ...subscribe, topic: "t" })["code"], "PermissionDenied");
  const token = await world.makeToken();
  const answer = await askLater(stranger, { id: 3, type: "authenticate", token });
  assert.equal(answer["type"], "authenticated");
  assert.equal(stranger.ask({ id: 4, ...publish, topic: "t" })["type"], "published");
});

test("without a token nothing but ping and authenticate is done where one is needed", async () => {
  const world = createSocketWorld({ mode: "required" });
  const socket = await world.open("");
  for (const message of [publish, subscribe]) {
    const answer = socket.ask({ id: 1, ...message, topic: "t" });
    assert.equal(answer["code"], "Unauthenticated");
    assert.match(String(answer["message"]), /in a message authenticate/);
  }
  assert.equal(socket.ask({ id: 2, type: "ping" })["type"], "pong");
  assert.equal(world.access.authenticator.failures.missing, 2);
});

test("a token is verified before the next message is looked at; who it is, is said once", async () => {
  const world = createSocketWorld({ mode: "required" });
  const socket = await world.open();
  const wrong = await askLater(socket, { id: 1, type: "authenticate", token: "wrong" });
  assert.deepEqual([wrong["id"], wrong["type"], wrong["code"]], [1, "error", "Unauthenticated"]);
  const token = await world.makeToken("a", { tokenId: "me", lifetimeSeconds: 60 });
  socket.send({ id: 2, type: "authenticate", token });
  socket.send({ id: 3, ...subscribe, topic: "a" });
  assert.deepEqual([socket.said, socket.channel.paused], [[], true]);
  while (socket.channel.paused) await settle();
  const [authenticated, subscribed] = socket.said;
  const expiresAt = world.access.clock.nowMs() / 1000 + 60;
  assert.deepEqual(authenticated, { id: 2, type: "authenticated", expires_at: expiresAt });
  assert.equal(subscribed?.["type"], "subscribed");
  assert.equal(socket.ask({ id: 4, ...publish, topic: "b" })["code"], "PermissionDenied");
  assert.equal(socket.ask({ id: 5, ...subscribe, topic: "b" })["code"], "PermissionDenied");
  assert.equal(socket.ask({ id: 6, type: "authenticate", token })["code"], "FailedPrecondition");
  assert.equal(socket.ask({ id: 7, ...publish, topic: "a" })["type"], "published");
  world.endTurn();
  const [{ item } = {}] = socket.said;
  assert.equal((item as Record<string, unknown>)["publisher_id"], "me");
});

test("who was let in without a token stays that", async () => {
  const world = createSocketWorld();
  const socket = await world.open();
  socket.ask({ id: 1, ...subscribe, topic: "t" });
  const token = await world.makeToken();
  assert.equal(socket.ask({ id: 2, type: "authenticate", token })["code"], "FailedPrecondition");
});

test("the token of the handshake is verified in it", async () => {
  const world = createSocketWorld({ mode: "required" });
  await assert.rejects(world.open("wrong"), code("unauthenticated"));
  const socket = await world.open(await world.makeToken("a"));
  assert.equal(socket.ask({ id: 1, ...publish, topic: "a" })["type"], "published");
  assert.equal(socket.ask({ id: 2, type: "authenticate", token: "x" })["code"], "FailedPrecondition");
});

test("an expired token ends subscriptions and is refused; a renewed one goes on without a gap", async () => {
  const world = createSocketWorld({ mode: "required" });
  const token = await world.makeToken("", { lifetimeSeconds: 10 });
  const [lazy, careful] = [await world.open(token), await world.open(token)];
  for (const socket of [lazy, careful]) socket.ask({ id: 1, ...subscribe, topic: "t" });
  const fresh = await world.makeToken("", { lifetimeSeconds: 100 });
  assert.deepEqual(await askLater(careful, { id: 2, type: "renew_token", token: fresh }), {
    ...{ id: 2, type: "token_renewed", renewed: 1, expires_at: world.access.clock.nowMs() / 1000 + 100 },
  });
  world.access.clock.advance(11_000);
  await settle();
  const [ended] = lazy.said;
  assert.deepEqual([ended?.["type"], ended?.["code"]], ["ended", "Unauthenticated"]);
  assert.equal(ended?.["next_sequence_number"], 1);
  assert.equal((await askLater(lazy, { id: 3, ...publish, topic: "t" }))["code"], "Unauthenticated");
  world.publish("one");
  world.endTurn();
  assert.deepEqual(
    careful.said.map(({ type }) => type),
    ["item"],
  );
  assert.equal(careful.ask({ id: 4, ...publish, topic: "t" })["type"], "published");
  // It is not too late for the other one.
  assert.equal((await askLater(lazy, { id: 5, type: "renew_token", token: fresh }))["renewed"], 0);
  assert.equal(lazy.ask({ id: 6, ...subscribe, topic: "t" })["type"], "subscribed");
});

test("a token that may not have all of the subscriptions renews none", async () => {
  const world = createSocketWorld({ mode: "required" });
  const socket = await world.open(await world.makeToken("", { lifetimeSeconds: 10 }));
  for (const name of ["a", "b"]) socket.ask({ id: 1, ...subscribe, topic: name });
  const narrow = await world.makeToken("a", { lifetimeSeconds: 100 });
  const answer = await askLater(socket, { id: 2, type: "renew_token", token: narrow });
  assert.deepEqual([answer["id"], answer["code"]], [2, "PermissionDenied"]);
  assert.equal(
    socket.ask({ id: 3, ...publish, topic: "b" })["type"],
    "published",
    "the old one still counts",
  );
  world.endTurn();
  assert.equal(socket.said.length, 1);
  world.access.clock.advance(11_000);
  await settle();
  assert.deepEqual(
    socket.said.map(({ type, topic }) => [type, topic]),
    [
      ["ended", "b"],
      ["ended", "a"],
    ],
  );
});

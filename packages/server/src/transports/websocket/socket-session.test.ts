// One socket: its messages are answered in order, at once where nothing is waited for, and its items come after "subscribed".

import assert from "node:assert/strict";
import { test } from "node:test";
import { ServiceError } from "../../kernel/errors.js";
import { type TestSocket, createSocketWorld } from "../../testing/socket-world.js";

const topic = { cache: "c", topic: "t" };
const publish = (id: number, text: string) => ({ id, type: "publish", ...topic, value: { text } });
const texts = (said: readonly object[]) =>
  (said as { type: string; item?: { value: { text: string } } }[]).map(
    ({ type, item }) => item?.value.text ?? type,
  );
const types = (socket: TestSocket) => socket.said.map(({ id, type }) => [id, type]);
/** Every promise that could be settled has been, and what follows from it. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

test("publishes and subscribes at once, without a promise; items come at the end of the turn", async () => {
  const world = createSocketWorld();
  const socket = await world.open();
  const place = { next_sequence_number: 1, sequence_page: world.page() };
  assert.deepEqual(socket.ask({ id: 1, type: "subscribe", ...topic }), {
    ...{ id: 1, type: "subscribed", ...topic, ...place },
  });
  const at = (sequence: number) => ({ topic_sequence_number: sequence, sequence_page: world.page() });
  assert.deepEqual(socket.ask(publish(2, "one")), { id: 2, type: "published", ...at(1) });
  socket.channel.handler?.message(
    "binary",
    Buffer.concat([
      Buffer.of(0, 0, 0, 50),
      Buffer.from('{"id":3,"type":"publish","cache":"c","topic":"t"}'.padEnd(50)),
      Buffer.of(0, 255),
    ]),
  );
  assert.deepEqual(socket.said, [{ id: 3, type: "published", ...at(2) }]);
  world.endTurn();
  const [one, two] = socket.channel.take();
  assert.deepEqual(one?.json, { type: "item", ...topic, item: { ...at(1), value: { text: "one" } } });
  assert.deepEqual(two?.json, { type: "item", ...topic, item: at(2) });
  assert.deepEqual(Buffer.from(two.value ?? Buffer.of()), Buffer.of(0, 255));
  assert.deepEqual(socket.ask({ id: 4, type: "ping" }), { id: 4, type: "pong" });
});

test("sockets share the frame of an item", async () => {
  const world = createSocketWorld();
  const sockets = [await world.open(), await world.open()];
  for (const socket of sockets) socket.ask({ id: 1, type: "subscribe", ...topic });
  world.publish("one");
  world.endTurn();
  const [a, b] = sockets.map(({ channel }) => channel.sent);
  assert.equal(a?.length, 1);
  assert.equal(a[0], b?.[0]);
});

test("a socket that resumes is told where it stands before what it has missed", async () => {
  const world = createSocketWorld();
  const socket = await world.open();
  for (const text of ["one", "two", "three"]) world.publish(text);
  world.endTurn();
  const cursor = { sequence_number: 2, sequence_page: world.page() };
  socket.send({ id: 1, type: "subscribe", ...topic, ...cursor });
  const [subscribed, ...items] = socket.said;
  assert.deepEqual(subscribed, {
    ...{ id: 1, type: "subscribed", ...topic, next_sequence_number: 2, sequence_page: world.page() },
  });
  assert.deepEqual(texts(items), ["two", "three"]);
});

test("what is lost is told; a page that is gone is page 1 until then", async () => {
  const world = createSocketWorld();
  const socket = await world.open();
  for (const text of ["one", "two", "three"]) world.publish(text);
  world.engine.evict("c", "t", 1);
  const gap = (last: number) => ({
    ...{ type: "discontinuity", ...topic },
    discontinuity: { last_topic_sequence: last, new_topic_sequence: 2, new_sequence_page: world.page() },
  });
  socket.send({ id: 1, type: "subscribe", ...topic, sequence_number: 1, sequence_page: world.page() });
  const [, lost, item] = socket.said;
  assert.deepEqual([lost, texts([item ?? {}])], [gap(0), ["three"]]);
  socket.ask({ id: 2, type: "unsubscribe", ...topic });
  socket.send({ id: 3, type: "subscribe", ...topic, sequence_number: 5, sequence_page: 77 });
  const [subscribed, changed, again] = socket.said;
  assert.deepEqual(subscribed, {
    ...{ id: 3, type: "subscribed", ...topic, next_sequence_number: 5, sequence_page: 1 },
  });
  assert.deepEqual([changed, texts([again ?? {}])], [gap(4), ["three"]]);
});

test("unsubscribe says where to go on, and no item follows; the topic may be subscribed to again", async () => {
  const world = createSocketWorld();
  const socket = await world.open();
  socket.ask({ id: 1, type: "subscribe", ...topic });
  world.publish("one");
  world.endTurn();
  world.publish("in the same turn");
  assert.deepEqual(texts(socket.said), ["one"]);
  const place = { next_sequence_number: 2, sequence_page: world.page() };
  assert.deepEqual(socket.ask({ id: 2, type: "unsubscribe", ...topic }), {
    ...{ id: 2, type: "unsubscribed", ...topic, ...place },
  });
  world.endTurn();
  assert.deepEqual(socket.said, []);
  assert.equal(world.topics.subscriptionCount(), 0);
  const [, , next, page] = ["", "", place.next_sequence_number, place.sequence_page];
  socket.send({ id: 3, type: "subscribe", ...topic, sequence_number: next, sequence_page: page });
  assert.deepEqual(texts(socket.said), ["subscribed", "in the same turn"]);
});

test("what fails names its request, and the socket goes on", async () => {
  const world = createSocketWorld();
  const socket = await world.open();
  socket.ask({ id: 1, type: "subscribe", ...topic });
  const rows: [object | string, number | null, string, RegExp][] = [
    ["no JSON", null, "InvalidArgument", /not JSON/],
    [{ type: "ping" }, null, "InvalidArgument", /id is needed/],
    [{ id: -1, type: "ping" }, null, "InvalidArgument", /id is not/],
    [{ id: 2, type: "pingg" }, 2, "InvalidArgument", /pingg/],
    [{ id: 3, type: "subscribe", ...topic }, 3, "AlreadyExists", /already/],
    [{ id: 4, type: "subscribe", cache: "c", topic: "" }, 4, "InvalidArgument", /topic name/],
    [{ id: 5, type: "subscribe", cache: "c\0", topic: "t" }, 5, "InvalidArgument", /cache name/],
    [{ id: 6, type: "subscribe", cache: "nowhere", topic: "t" }, 6, "NotFound", /Cache Not Found/],
    [{ id: 7, type: "unsubscribe", cache: "c", topic: "u" }, 7, "NotFound", /not subscribed/],
    [{ ...publish(8, "x"), cache: "nowhere" }, 8, "NotFound", /Cache Not Found/],
    [publish(9, "x".repeat(101)), 9, "ResourceExhausted", /101 bytes/],
    [{ id: 10, type: "renew_token", token: "x" }, 10, "FailedPrecondition", /open a new one.*authenticate/],
    [{ id: 10, type: "authenticate", token: "x" }, 10, "FailedPrecondition", /open a new one.*authenticate/],
  ];
  for (const [message, id, code, text] of rows) {
    const answer = socket.ask(message);
    assert.deepEqual([answer["id"], answer["type"], answer["code"]], [id, "error", code]);
    assert.match(String(answer["message"]), text);
    assert.equal(answer["err"], id === 9 ? "request_size_limit_exceeded" : undefined);
  }
  socket.ask(publish(11, "one"));
  world.endTurn();
  assert.deepEqual(texts(socket.said), ["one"]);
  assert.deepEqual(world.internalErrors, []);
});

test("who renews before authenticating is told so, and may authenticate then", async () => {
  const world = createSocketWorld();
  const socket = await world.open();
  const { code, message } = socket.ask({ id: 1, type: "renew_token", token: "x" });
  assert.deepEqual(
    [code, message],
    ["FailedPrecondition", "There is no token to renew: authenticate comes first."],
  );
  // Refused for what the token is, not for its place.
  assert.notEqual(socket.ask({ id: 2, type: "authenticate", token: "x" })["code"], "FailedPrecondition");
});

test("a socket has no more subscriptions than it may", async () => {
  const world = createSocketWorld({ subscriptionsMax: 2 });
  const socket = await world.open();
  const subscribe = (id: number) => socket.ask({ id, type: "subscribe", cache: "c", topic: `t${id}` });
  subscribe(1);
  subscribe(2);
  const { type, code, err } = subscribe(3);
  assert.deepEqual([type, code, err], ["error", "ResourceExhausted", "topic_subscriptions_limit_exceeded"]);
  socket.ask({ id: 4, type: "unsubscribe", cache: "c", topic: "t1" });
  assert.equal(subscribe(5)["type"], "subscribed");
  assert.equal(world.topics.subscriptionCount(), 2);
});

test("a client that does not read gets nothing more and is not read; then it gets it all", async () => {
  const world = createSocketWorld({ limits: { batchItemsMax: 1 } });
  const socket = await world.open();
  socket.ask({ id: 1, type: "subscribe", ...topic });
  socket.channel.room = 1;
  world.publish("one");
  world.publish("two");
  socket.send({ id: 2, type: "ping" });
  socket.send({ id: 3, type: "ping" });
  world.endTurn();
  assert.deepEqual(texts(socket.said), ["one"]);
  assert.ok(socket.channel.paused);
  socket.channel.drain(2);
  assert.deepEqual(types(socket), [
    [2, "pong"],
    [3, "pong"],
  ]);
  socket.channel.drain();
  assert.deepEqual(texts(socket.said), ["two"]);
  assert.ok(!socket.channel.paused);
});

test("a message that comes when there is room, but no word of it yet, waits behind those before it", async () => {
  const socket = await createSocketWorld().open();
  socket.channel.ready = false;
  socket.send({ id: 1, type: "ping" });
  socket.channel.ready = true;
  socket.send({ id: 2, type: "ping" });
  socket.channel.drain();
  assert.deepEqual(types(socket), [
    [1, "pong"],
    [2, "pong"],
  ]);
});

test("closing the socket closes its subscriptions", async () => {
  const world = createSocketWorld();
  const socket = await world.open();
  for (const name of ["t", "u"]) socket.ask({ id: 1, type: "subscribe", cache: "c", topic: name });
  socket.close();
  assert.equal(world.topics.subscriptionCount(), 0);
  world.publish("one");
  world.endTurn();
  assert.deepEqual(socket.said, []);
});

test("a subscription that the server ends is told, with the place to go on from", async () => {
  const world = createSocketWorld();
  const socket = await world.open();
  socket.ask({ id: 1, type: "subscribe", ...topic });
  world.publish("one");
  const page = world.page();
  world.engine.deleteCache("c");
  const [item, ended, ...more] = socket.said;
  assert.deepEqual([texts([item ?? {}]), more], [["one"], []]);
  const { message, ...rest } = ended ?? {};
  assert.match(String(message), /deleted/);
  const place = { next_sequence_number: 2, sequence_page: page };
  assert.deepEqual(rest, { type: "ended", ...topic, code: "NotFound", ...place });
  assert.equal(socket.ask({ id: 2, type: "unsubscribe", ...topic })["code"], "NotFound");
});

test("a fault of ours is logged, and told without its cause", async () => {
  const world = createSocketWorld();
  const socket = await world.open();
  world.publish("one");
  world.engine.readError = new Error("secret");
  socket.send({ id: 1, type: "subscribe", ...topic, sequence_number: 1, sequence_page: world.page() });
  const [, ended] = socket.said;
  assert.deepEqual([ended?.["type"], ended?.["code"]], ["ended", "Internal"]);
  assert.ok(!JSON.stringify(ended).includes("secret"));
  assert.equal(world.internalErrors.length, 1);
});

test("while one request waits the others do, and the answers come in order", async () => {
  const world = createSocketWorld({ delayed: true });
  const socket = await world.open();
  const answerAll = async (): Promise<void> => {
    for (let i = 0; i < 10; i++) {
      world.engine.answer();
      await settle();
    }
  };
  socket.send({ id: 1, type: "subscribe", ...topic });
  socket.send({ id: 2, type: "ping" });
  socket.send(publish(3, "one"));
  socket.send({ id: 4, type: "unsubscribe", ...topic });
  socket.send({ ...publish(5, "x"), cache: "nowhere" });
  assert.deepEqual([socket.said, socket.channel.paused], [[], true]);
  await answerAll();
  assert.deepEqual(types(socket), [
    [1, "subscribed"],
    [2, "pong"],
    [3, "published"],
    [4, "unsubscribed"],
    [5, "error"],
  ]);
  assert.ok(!socket.channel.paused);
});

test("a socket that closes while it waits leaves nothing behind", async () => {
  const world = createSocketWorld({ delayed: true });
  const socket = await world.open();
  socket.send({ id: 1, type: "subscribe", ...topic });
  socket.send(publish(2, "one"));
  socket.close();
  for (let i = 0; i < 10; i++) {
    world.engine.answer();
    await settle();
  }
  assert.equal(world.topics.subscriptionCount(), 0);
  assert.equal(world.engine.topic("c", "t")?.sequence, 0, "what waited is not done any more");
});

test("a subscription that ends before its client knew of it is an error, and no more", async () => {
  const world = createSocketWorld({ delayed: true });
  const socket = await world.open();
  socket.send({ id: 1, type: "subscribe", ...topic });
  world.engine.answer();
  await settle();
  world.topics.close(new ServiceError("unavailable", "The server stops."));
  for (let i = 0; i < 10; i++) {
    world.engine.answer();
    await settle();
  }
  assert.deepEqual(
    socket.said.map(({ id, type, code }) => [id, type, code]),
    [[1, "error", "Unavailable"]],
  );
});

// The JSON protocol of /ws against a whole server, over TCP: what is promised of items, cursors and tokens.

import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { publishGrpc } from "../testing/grpc-client.js";
import { type TestServer, askHttp, openHttp2, startTestServer } from "../testing/running-server.js";
import { type Json, type SocketClient, connectSocket, openSocket } from "../testing/socket-client.js";

const PATH = "/topics/default/t";
const topic = { cache: "default", topic: "t" };
const subscribe = { type: "subscribe", ...topic };

async function publishHttp(server: TestServer, ...texts: string[]): Promise<void> {
  for (const body of texts) assert.equal((await askHttp(server, PATH, { body })).status, 204);
}

/** The cursor in an answer, as `subscribe` takes it. */
function cursorOf(answer: Json): Json {
  assert.ok("next_sequence_number" in answer, JSON.stringify(answer));
  return { sequence_number: answer["next_sequence_number"], sequence_page: answer["sequence_page"] };
}

async function expect(answer: Promise<Json>, type: string): Promise<Json> {
  const json = await answer;
  assert.equal(json["type"], type, JSON.stringify(json));
  return json;
}

test("hundreds of subscriptions on one socket get each their item, and only that", async (t) => {
  const server = await startTestServer(t);
  const [reader, writer] = [await openSocket(t, server), await openSocket(t, server)];
  const names = Array.from({ length: 300 }, (_, i) => `topic ${i}`);
  for (const name of names)
    await expect(reader.ask({ type: "subscribe", cache: "default", topic: name }), "subscribed");
  for (const name of names) {
    const answer = writer.ask({
      type: "publish",
      cache: "default",
      topic: name,
      value: { text: `to ${name}` },
    });
    assert.equal((await expect(answer, "published"))["topic_sequence_number"], 1);
  }
  const got: string[] = [];
  for (const _ of names) {
    const { json } = await reader.next();
    assert.equal((json["item"] as { value: { text: string } }).value.text, `to ${String(json["topic"])}`);
    got.push(String(json["topic"]));
  }
  assert.deepEqual(got.sort(), [...names].sort());
  await expect(reader.ask({ type: "ping" }), "pong");
});

test("what was published while the socket was broken comes when it resumes, nothing twice", async (t) => {
  const server = await startTestServer(t);
  const first = await openSocket(t, server);
  const place = await expect(first.ask(subscribe), "subscribed");
  await publishHttp(server, "1", "2", "3");
  assert.deepEqual(await first.texts(2), ["1", "2"]);
  first.break();
  await publishHttp(server, "4", "5");
  const second = await openSocket(t, server);
  const cursor = { sequence_number: 3, sequence_page: place["sequence_page"] };
  assert.deepEqual(cursorOf(await expect(second.ask({ ...subscribe, ...cursor }), "subscribed")), cursor);
  await publishHttp(server, "6");
  assert.deepEqual(await second.texts(4), ["3", "4", "5", "6"]);
});

test("what the ring has lost is told, with the number that goes on", async (t) => {
  const server = await startTestServer(t, { limits: { ringItemsMax: 4 } });
  const socket = await openSocket(t, server);
  const { sequence_page: page } = await expect(socket.ask(subscribe), "subscribed");
  await expect(socket.ask({ ...topic, type: "unsubscribe" }), "unsubscribed");
  await publishHttp(server, ..."a b c d e f g h i j".split(" "));
  await expect(socket.ask({ ...subscribe, sequence_number: 2, sequence_page: page }), "subscribed");
  const { json } = await socket.next();
  assert.deepEqual(json, {
    ...{ type: "discontinuity", ...topic },
    discontinuity: { last_topic_sequence: 1, new_topic_sequence: 6, new_sequence_page: page },
  });
  assert.deepEqual(await socket.texts(4), ["g", "h", "i", "j"]);
});

test("errors name the request, and the socket stays", async (t) => {
  const socket = await openSocket(t, await startTestServer(t));
  const missing = await socket.ask({ type: "subscribe", cache: "missing", topic: "t" });
  assert.deepEqual([missing["type"], missing["code"]], ["error", "NotFound"]);
  await expect(socket.ask(subscribe), "subscribed");
  assert.equal((await socket.ask(subscribe))["code"], "AlreadyExists");
  socket.raw.text("{");
  assert.match(await socket.raw.next(), /^text:\{"id":null,"type":"error","code":"InvalidArgument"/);
  await expect(socket.ask({ type: "ping" }), "pong");
});

test("binary goes both ways as it is, and reaches the other wires", async (t) => {
  const server = await startTestServer(t);
  const socket = await openSocket(t, server);
  await expect(socket.ask(subscribe), "subscribed");
  const value = Buffer.from(Array.from({ length: 70_000 }, (_, i) => i % 256));
  await expect(socket.publishBinary(topic, value), "published");
  const { json, value: got } = await socket.next();
  assert.deepEqual(Object.keys(json["item"] as object), ["topic_sequence_number", "sequence_page"]);
  assert.ok(got?.equals(value));
  await expect(socket.ask({ type: "publish", ...topic, value: { binary: "AP8=" } }), "published");
  assert.deepEqual((await socket.next()).value, Buffer.of(0, 255));
  const poll = await askHttp(server, `${PATH}?sequence_number=2`);
  assert.match(poll.text, /"binary":"AP8="/);
  assert.equal(
    (await publishGrpc(openHttp2(t, server), { cacheName: "default", topic: "t" }, "é")).status,
    0,
  );
  assert.deepEqual(await socket.texts(1), ["é"]);
});

test("from WebSocket to long poll and back at the cursor, without loss", async (t) => {
  const server = await startTestServer(t);
  const socket = await openSocket(t, server);
  await expect(socket.ask(subscribe), "subscribed");
  await publishHttp(server, "1");
  assert.deepEqual(await socket.texts(1), ["1"]);
  const left = cursorOf(await expect(socket.ask({ ...topic, type: "unsubscribe" }), "unsubscribed"));
  await publishHttp(server, "2", "3");
  const query = `sequence_number=${String(left["sequence_number"])}&sequence_page=${String(left["sequence_page"])}`;
  const poll = (await askHttp(server, `${PATH}?${query}`)).json;
  const items = poll["items"] as readonly { readonly item: { readonly value: { readonly text: string } } }[];
  assert.deepEqual(
    items.map(({ item }) => item.value.text),
    ["2", "3"],
  );
  await publishHttp(server, "4");
  await expect(socket.ask({ ...subscribe, ...cursorOf(poll) }), "subscribed");
  await publishHttp(server, "5");
  assert.deepEqual(await socket.texts(2), ["4", "5"]);
});

test("who does not read holds up nobody, and has it all from the ring when it reads", async (t) => {
  const ringBytesMax = 256 * 1024 * 1024;
  const server = await startTestServer(t, {
    limits: { ringBytesMax, ringBytesTotalMax: ringBytesMax, ringAgeMs: 3_600_000 },
  });
  const [slow, fast] = [await openSocket(t, server), await openSocket(t, server)];
  for (const socket of [slow, fast]) await expect(socket.ask(subscribe), "subscribed");
  slow.raw.transport.pause();
  // More than the sockets of both sides take.
  const value = Buffer.alloc(512 * 1024, 1);
  const count = 64;
  for (let i = 1; i <= count; i++) {
    value.writeUInt32BE(i);
    await expect(fast.publishBinary(topic, value), "published");
    assert.equal((await fast.next()).value?.readUInt32BE(), i);
  }
  slow.raw.transport.resume();
  for (let i = 1; i <= count; i++) {
    const { json, value: got } = await slow.next();
    assert.equal(json["type"], "item");
    assert.equal(got?.readUInt32BE(), i);
  }
  await expect(slow.ask({ type: "ping" }), "pong");
});

test("who does not read for longer than the ring lasts is told of each gap, and ends with the newest", async (t) => {
  const server = await startTestServer(t, { limits: { ringItemsMax: 4 } });
  const [slow, writer] = [await openSocket(t, server), await openSocket(t, server)];
  await expect(slow.ask(subscribe), "subscribed");
  slow.raw.transport.pause();
  const value = Buffer.alloc(512 * 1024, 1);
  const count = 64;
  for (let i = 1; i <= count; i++) {
    value.writeUInt32BE(i);
    await expect(writer.publishBinary(topic, value), "published");
  }
  slow.raw.transport.resume();
  let last = 0;
  let gaps = 0;
  while (last < count) {
    const { json, value: got } = await slow.next();
    if (json["type"] === "discontinuity") {
      const gap = json["discontinuity"] as Json;
      assert.equal(gap["last_topic_sequence"], last);
      last = Number(gap["new_topic_sequence"]);
      gaps++;
    } else assert.equal(got?.readUInt32BE(), ++last);
  }
  assert.ok(gaps > 0);
});

// --- tokens ---

function startRequired(t: TestContext): Promise<TestServer> {
  return startTestServer(t, { flags: { auth: "required" } });
}

async function makeToken(server: TestServer, tokenId: string, seconds: number): Promise<string> {
  const rule = { type: "topic", permissions: ["read", "write"], caches: "*", topics: { name: "t" } };
  const answer = await askHttp(server, "/tokens", {
    headers: { authorization: server.firstApiKey ?? "" },
    body: JSON.stringify({ expires_in_seconds: seconds, token_id: tokenId, permissions: { rules: [rule] } }),
  });
  assert.equal(answer.status, 200, answer.text);
  return String(answer.json["token"]);
}

async function authenticated(t: TestContext, server: TestServer, token: string): Promise<SocketClient> {
  const socket = await openSocket(t, server);
  await expect(socket.ask({ type: "authenticate", token }), "authenticated");
  return socket;
}

test("when a token expires its subscriptions end; a renewed one goes on without a gap", async (t) => {
  const server = await startRequired(t);
  const short = await makeToken(server, "short", 2);
  const [witness, careful] = [await authenticated(t, server, short), await authenticated(t, server, short)];
  for (const socket of [witness, careful]) await expect(socket.ask(subscribe), "subscribed");
  const token = await makeToken(server, "long", 600);
  const renewed = await expect(careful.ask({ type: "renew_token", token }), "token_renewed");
  assert.equal(renewed["renewed"], 1);
  const { json: ended } = await witness.next();
  assert.deepEqual([ended["type"], ended["code"], ended["topic"]], ["ended", "Unauthenticated", "t"]);
  assert.equal((await witness.ask(subscribe))["code"], "Unauthenticated");
  await expect(careful.ask({ type: "publish", ...topic, value: { text: "one" } }), "published");
  const { json } = await careful.next();
  const { publisher_id: publisher, topic_sequence_number: number } = json["item"] as Json;
  assert.deepEqual([publisher, number], ["long", 1]);
  // The other one comes back where it was.
  await expect(witness.ask({ type: "renew_token", token }), "token_renewed");
  await expect(witness.ask({ ...subscribe, ...cursorOf(ended) }), "subscribed");
  assert.deepEqual(await witness.texts(1), ["one"]);
});

test("a revoked token ends its subscriptions at once, and is refused", async (t) => {
  const server = await startRequired(t);
  const token = await makeToken(server, "me", 600);
  const socket = await authenticated(t, server, token);
  await expect(socket.ask(subscribe), "subscribed");
  const headers = { authorization: server.firstApiKey ?? "" };
  const revoked = await askHttp(server, "/revocations", { headers, body: '{"token_id":"me"}' });
  assert.equal(revoked.status, 200, revoked.text);
  const { json } = await socket.next();
  assert.deepEqual([json["type"], json["code"]], ["ended", "Unauthenticated"]);
  assert.equal(
    (await socket.ask({ type: "publish", ...topic, value: { text: "x" } }))["code"],
    "Unauthenticated",
  );
});

test("the handshake may bring the token; a wrong one, or an origin that may not, is refused in it", async (t) => {
  const server = await startTestServer(t, {
    flags: { auth: "required", "allowed-origins": "https://app.example" },
  });
  const token = await makeToken(server, "me", 600);
  const ways = [{ fields: { Authorization: token } }, { path: `/ws?token=${token}` }];
  for (const way of ways) {
    const socket = await openSocket(t, server, way);
    await expect(socket.ask(subscribe), "subscribed");
    assert.equal((await socket.ask({ ...subscribe, topic: "u" }))["code"], "PermissionDenied");
    assert.equal((await socket.ask({ type: "authenticate", token }))["code"], "FailedPrecondition");
  }
  const refused = async (ask: Parameters<typeof openSocket>[2]): Promise<string | undefined> =>
    /^HTTP\/1\.1 (\d+) /.exec(await (await connectSocket(t, server)).handshake(ask))?.[1];
  assert.equal(await refused({ fields: { Authorization: "wrong" } }), "401");
  assert.equal(await refused({ path: `/ws?token=${token}`, fields: { Authorization: token } }), "400");
  assert.equal(await refused({ fields: { Authorization: token, Origin: "https://evil.example" } }), "403");
  const page = await openSocket(t, server, { fields: { Origin: "https://app.example" } });
  assert.equal((await page.ask(subscribe))["code"], "Unauthenticated");
  await expect(page.ask({ type: "authenticate", token }), "authenticated");
  await expect(page.ask(subscribe), "subscribed");
});

test("open mode: by a name of this machine no token is needed, by another one it is", async (t) => {
  const server = await startTestServer(t);
  await expect((await openSocket(t, server)).ask(subscribe), "subscribed");
  const stranger = await openSocket(t, server, { fields: { Host: "evil.example" } });
  assert.equal((await stranger.ask(subscribe))["code"], "PermissionDenied");
});

test("a server that stops ends the subscriptions, then the socket with 1001", async (t) => {
  const server = await startTestServer(t);
  const socket = await openSocket(t, server);
  await expect(socket.ask(subscribe), "subscribed");
  const closing = server.close();
  const { json } = await socket.next();
  assert.deepEqual([json["type"], json["code"]], ["ended", "Unavailable"]);
  assert.match(await socket.raw.next(), /^close:1001 /);
  await socket.raw.untilClosed();
  await closing;
});

// How a page brings its token on each way that is plain HTTP: in a header, which takes a preflight, or in the URL.

import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { PUBLISH_PATH } from "../../testing/grpc-client.js";
import { callWeb, readFrames } from "../../testing/grpc-web-client.js";
import { askHttp } from "../../testing/running-server.js";
import { openSse } from "../../testing/sse-client.js";
import { toPublishMessage } from "../../testing/ways/messages.js";
import { place, startWorld } from "../../testing/ways/suite.js";

const ORIGIN = "https://app.example";
const PATH = "/topics/default/news?sequence_number=1";

async function start(t: TestContext) {
  const world = await startWorld(t, { flags: { auth: "required", "allowed-origins": ORIGIN } });
  const { server } = world;
  return { world, server, token: await world.makeToken(), url: `http://127.0.0.1:${server.port}` };
}

/** What a browser asks before a call with these header fields. */
async function preflight(url: string, method: string, fields: readonly string[]): Promise<void> {
  const { status, headers } = await fetch(url, {
    method: "OPTIONS",
    headers: {
      origin: ORIGIN,
      "access-control-request-method": method,
      "access-control-request-headers": fields.join(","),
    },
  });
  assert.equal(status, 204);
  assert.equal(headers.get("access-control-allow-origin"), ORIGIN);
  assert.ok(headers.get("access-control-allow-methods")?.includes(method));
  const allowed = headers.get("access-control-allow-headers")?.toLowerCase().split(/, */) ?? [];
  for (const field of fields) assert.ok(allowed.includes(field), field);
}

test("gRPC-Web from another origin with the token in a header", async (t) => {
  const { url, token } = await start(t);
  await preflight(`${url}${PUBLISH_PATH}`, "POST", ["authorization", "content-type", "x-grpc-web"]);
  const message = toPublishMessage(place, "x");
  const good = await callWeb(url, PUBLISH_PATH, message, { origin: ORIGIN, authorization: token });
  assert.equal(good.headers.get("access-control-allow-origin"), ORIGIN);
  assert.equal((await readFrames(good)).trailers, "grpc-status: 0\r\n");
  const bad = await callWeb(url, PUBLISH_PATH, message, { origin: ORIGIN });
  assert.equal(bad.headers.get("grpc-status"), "16");
});

test("a long poll from another origin with the token in a header", async (t) => {
  const { url, token, world } = await start(t);
  await world.publish("x");
  await preflight(`${url}${PATH}`, "GET", ["authorization"]);
  const good = await fetch(`${url}${PATH}`, { headers: { origin: ORIGIN, authorization: token } });
  assert.equal(good.headers.get("access-control-allow-origin"), ORIGIN);
  assert.match(await good.text(), /"text":"x"/);
  assert.equal((await fetch(`${url}${PATH}`, { headers: { origin: ORIGIN } })).status, 401);
});

test("a long poll with the token in its URL", async (t) => {
  const { server, token, world } = await start(t);
  await world.publish("x");
  assert.match((await askHttp(server, `${PATH}&token=${token}`)).text, /"text":"x"/);
  assert.equal((await askHttp(server, `${PATH}&token=wrong`)).status, 401);
});

test("an event stream with the token in its URL", async (t) => {
  const { server, token, world } = await start(t);
  const stream = await openSse(t, server, `/sse/default/news?token=${token}`, { origin: ORIGIN });
  assert.equal(stream.headers["access-control-allow-origin"], ORIGIN);
  await world.publish("x");
  await stream.until(({ events }) => events.length > 0);
  assert.deepEqual(stream.texts, ["x"]);
  assert.equal((await openSse(t, server, "/sse/default/news?token=wrong")).status, 401);
});

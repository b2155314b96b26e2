// What tests of event streams share: servers with a client of each version of HTTP, and a publisher.

import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import {
  type TestServer,
  type TestServerOptions,
  askHttp,
  openHttp2,
  startTestServer,
} from "./running-server.js";
import { type SseStream, openSse, openSse2 } from "./sse-client.js";

export type Open = (path: string, headers?: Readonly<Record<string, string>>) => Promise<SseStream>;

/** Runs the test over each version of HTTP, each time with a server of its own. */
export function overBoth(
  name: string,
  run: (t: TestContext, server: TestServer, open: Open) => Promise<void>,
  options: TestServerOptions = {},
): void {
  test(`${name}, over HTTP/1.1`, async (t) => {
    const server = await startTestServer(t, options);
    await run(t, server, (path, headers) => openSse(t, server, path, headers));
  });
  test(`${name}, over HTTP/2`, async (t) => {
    const server = await startTestServer(t, options);
    const session = openHttp2(t, server);
    await run(t, server, (path, headers) => openSse2(session, path, headers));
  });
}

export async function publish(
  server: TestServer,
  text: string | Uint8Array,
  topic = "t",
  headers: Readonly<Record<string, string>> = {},
): Promise<void> {
  const answer = await askHttp(server, `/topics/default/${topic}`, { body: text, headers });
  assert.equal(answer.status, 204, answer.text);
}

/** Resolves once the stream has said where it stands. */
export const hasBegun = (stream: SseStream): Promise<void> =>
  stream.until(({ lastEventId }) => lastEventId !== "");
export const untilTexts = (stream: SseStream, count: number): Promise<void> =>
  stream.until(({ events }) => events.length >= count);

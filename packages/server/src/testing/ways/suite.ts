// The suite of all ways: a server for a test, tests that run on every way, and what they ask of it.

import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { _CreateCacheRequestSchema, _DeleteCacheRequestSchema } from "@subito/wire/controlclient";
import { callGrpc, toBody } from "../grpc-client.js";
import {
  type TestServer,
  type TestServerOptions,
  askHttp,
  openHttp2,
  startTestServer,
} from "../running-server.js";
import { grpc } from "./grpc.js";
import { grpcWebBinary, grpcWebText } from "./grpc-web.js";
import { longPoll } from "./long-poll.js";
import { sse } from "./sse.js";
import { webSocket } from "./websocket.js";
import type { ItemEvent, OpenOptions, Place, PublishBy, Subscriber, Value, Way, WayEvent } from "./way.js";

export const WAYS: readonly Way[] = [grpc, grpcWebText, grpcWebBinary, webSocket, sse, longPoll];

/** So short that the first poll of a fresh subscriber soon says where it stands. */
const POLL_TIMEOUT_MS = 100;

export const place: Place = { cacheName: "default", topic: "news" };

export interface TokenOptions {
  readonly seconds?: number;
  readonly id?: string;
  readonly permissions?: readonly ("read" | "write")[];
  readonly topic?: string;
}

export interface World {
  readonly server: TestServer;
  open(way: Way, options?: Partial<OpenOptions>): Promise<Subscriber>;
  /** Over HTTP; without a token, by the server's owner. */
  publish(value: Value, at?: Place, token?: string): Promise<void>;
  createCache(cacheName: string): Promise<void>;
  deleteCache(cacheName: string): Promise<void>;
  makeToken(options?: TokenOptions): Promise<string>;
  revoke(tokenId: string): Promise<void>;
}

export async function startWorld(t: TestContext, options: TestServerOptions = {}): Promise<World> {
  const subscribers = new Set<Subscriber>();
  // Before the server is stopped, which waits for who does not read.
  t.after(() => {
    for (const subscriber of subscribers) subscriber.cut();
  });
  const server = await startTestServer(t, {
    ...options,
    limits: { pollTimeoutMs: POLL_TIMEOUT_MS, ...options.limits },
  });
  const session = openHttp2(t, server);
  const owner: Record<string, string> =
    server.firstApiKey === undefined ? {} : { authorization: server.firstApiKey };
  const manage = async (path: string, body: Buffer): Promise<void> => {
    const { status } = await callGrpc(session, `/control_client.ScsControl/${path}`, body, owner);
    assert.equal(status, 0, path);
  };
  const ask = async (path: string, body: unknown): Promise<Record<string, unknown>> => {
    const answer = await askHttp(server, path, { body: JSON.stringify(body), headers: owner });
    assert.equal(answer.status, 200, answer.text);
    return answer.json;
  };
  return {
    server,
    async open(way, open = {}) {
      const subscriber = await way.open(server, { place, ...open });
      subscribers.add(subscriber);
      return subscriber;
    },
    async publish(value, at = place, token = server.firstApiKey) {
      assert.equal(await longPoll.publish?.(server, at, value, token), undefined);
    },
    createCache: (cacheName) => manage("CreateCache", toBody(_CreateCacheRequestSchema, { cacheName })),
    deleteCache: (cacheName) => manage("DeleteCache", toBody(_DeleteCacheRequestSchema, { cacheName })),
    async makeToken({ seconds = 600, id, permissions = ["read", "write"], topic } = {}) {
      const topics = topic === undefined ? "*" : { name: topic };
      const { token } = await ask("/tokens", {
        expires_in_seconds: seconds,
        ...(id === undefined ? {} : { token_id: id }),
        permissions: { rules: [{ type: "topic", permissions, caches: "*", topics }] },
      });
      return String(token);
    },
    async revoke(tokenId) {
      await ask("/revocations", { token_id: tokenId });
    },
  };
}

/** A server that lets nobody in without a key. */
export function startGuardedWorld(t: TestContext): Promise<World> {
  return startWorld(t, { flags: { auth: "required" } });
}

/** A test of this name for every way. */
export function onEveryWay(title: string, run: (t: TestContext, way: Way) => Promise<void>): void {
  for (const way of WAYS) test(`${title}: ${way.name}`, (t) => run(t, way));
}

/** A test of this name for every way that publishes. */
export function onEveryWayToPublish(
  title: string,
  run: (t: TestContext, publish: PublishBy, way: Way) => Promise<void>,
): void {
  for (const way of WAYS) {
    const { publish } = way;
    if (publish !== undefined) test(`${title}: ${way.name}`, (t) => run(t, publish, way));
  }
}

// ---- what a subscriber has ----

export async function nextItem(subscriber: Subscriber): Promise<ItemEvent> {
  const event = await subscriber.next();
  if (event.kind !== "item") assert.fail(`not an item: ${JSON.stringify(event)}`);
  return event;
}

export async function nextItems(subscriber: Subscriber, count: number): Promise<ItemEvent[]> {
  const items: ItemEvent[] = [];
  while (items.length < count) items.push(await nextItem(subscriber));
  return items;
}

export async function nextValues(subscriber: Subscriber, count: number): Promise<Value[]> {
  return (await nextItems(subscriber, count)).map(({ value }) => value);
}

/** All events up to the first that `isLast`. */
export async function readUntil(
  subscriber: Subscriber,
  isLast: (event: WayEvent) => boolean,
): Promise<WayEvent[]> {
  const events: WayEvent[] = [];
  for (;;) {
    const event = await subscriber.next();
    events.push(event);
    if (isLast(event)) return events;
    if (event.kind === "ended" || event.kind === "lost") assert.fail(`too early: ${JSON.stringify(event)}`);
  }
}

// docs/reference/http-api.md has the routes that the server is built with, and says rightly which of them need a key.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { ServiceError } from "../../kernel/errors.js";
import type { HttpRequest } from "../../rpc/http-message.js";
import { createApiKeyRoutes } from "./api-keys.js";
import type { HttpCaller } from "./caller.js";
import { createHealthRoutes } from "./health.js";
import { createMetricsRoutes } from "./metrics.js";
import { createRoleRoutes } from "./roles.js";
import type { Route } from "./routes.js";
import { createTokenRoutes } from "./tokens.js";
import { createSseRoutes } from "../sse/routes.js";
import { createTopicRoutes } from "./topics.js";

const reference = readFileSync(new URL("../../../../../docs/reference/http-api.md", import.meta.url), "utf8");

const stranger: HttpCaller = {
  authenticate() {
    throw new ServiceError("unauthenticated", "Nobody is let in.");
  },
};

/** What is behind authentication must not be touched by a caller who is nobody. */
function untouchable(name: string): never {
  const proxy = new Proxy(
    {},
    {
      get(_target, property) {
        return assert.fail(`${name}.${String(property)} was reached without a key`);
      },
    },
  );
  return proxy as never;
}

/** The routes as server.ts puts them together. */
function createRoutes(): Route[] {
  return [
    ...createHealthRoutes(() => undefined),
    ...createTopicRoutes({
      topics: untouchable("topics"),
      caller: stranger,
      turn: untouchable("turn"),
      clock: untouchable("clock"),
      pollTimeoutMs: 1,
    }),
    ...createSseRoutes({ topics: untouchable("topics"), caller: stranger, topicsPerStreamMax: 1 }),
    ...createApiKeyRoutes({
      apiKeys: untouchable("apiKeys"),
      caller: stranger,
      jsonBodyBytesMax: 1000,
      endpoint: () => "localhost:8080",
    }),
    ...createRoleRoutes(untouchable("roles"), stranger, 1000),
    ...createTokenRoutes({
      tokens: untouchable("tokens"),
      apiKeys: untouchable("apiKeys"),
      revocations: untouchable("revocations"),
      caller: stranger,
      jsonBodyBytesMax: 1000,
      endpoint: () => "localhost:8080",
    }),
    ...createMetricsRoutes(() => assert.fail("metrics were read without a key"), stranger),
  ];
}

function requestTo({ method, path }: Route): HttpRequest {
  return {
    method,
    path,
    query: new URLSearchParams(),
    metadata: { get: () => undefined },
    authority: "localhost",
    address: "127.0.0.1",
    body: new Uint8Array(0),
    onAborted() {},
  };
}

async function needsKey(route: Route): Promise<"needed" | "not needed"> {
  try {
    await route.handle(requestTo(route), ["a", "b"]);
    return "not needed";
  } catch (error) {
    if (error instanceof ServiceError && error.code === "unauthenticated") return "needed";
    throw error;
  }
}

function describeQuery({ query }: Route): string {
  if (query === "any") return query;
  const names = Object.entries(query).map(
    ([name, times]) => `\`${name}\`${times === "once" ? "" : ` (${times})`}`,
  );
  return names.join(", ");
}

test("docs/reference/http-api.md has the routes, in order, which of them need a key, and their queries", async () => {
  const row = /^\| `([A-Z]+)` \| `(\/\S*)` \| ((?:not )?needed) \| (any|`[^|]+) \| \S.* \|$/gm;
  const rows = [...reference.matchAll(row)].map(([, ...cells]) => cells);
  const expected: string[][] = [];
  for (const route of createRoutes())
    expected.push([route.method, route.path, await needsKey(route), describeQuery(route)]);
  assert.deepEqual(rows, expected);
});

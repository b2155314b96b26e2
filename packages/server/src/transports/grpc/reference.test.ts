// docs/reference/grpc.md has the methods that the server is built with, and says rightly which of them need a key.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { create, toBinary } from "@bufbuild/protobuf";
import { _PublishRequestSchema } from "@subito/wire/cachepubsub";
import { ServiceError } from "../../kernel/errors.js";
import type { Method, MethodContext } from "../../rpc/methods.js";
import type { Caller } from "./caller.js";
import { createMethodTable } from "./services.js";

const reference = readFileSync(new URL("../../../../../docs/reference/grpc.md", import.meta.url), "utf8");

const stranger: Caller = {
  authenticate() {
    throw new ServiceError("unauthenticated", "Nobody is let in.");
  },
  authenticateBody() {
    throw new ServiceError("unauthenticated", "Nobody is let in.");
  },
};

/** What is behind authentication must not be used for a caller who is nobody. */
function untouchable(name: string): never {
  const proxy = new Proxy(
    {},
    {
      get(_target, property) {
        return () => assert.fail(`${name}.${String(property)} was called without a key`);
      },
    },
  );
  return proxy as never;
}

const methods = createMethodTable({
  topics: untouchable("topics"),
  caches: untouchable("caches"),
  apiKeys: untouchable("apiKeys"),
  tokens: untouchable("tokens"),
  signingKeys: untouchable("signingKeys"),
  clock: untouchable("clock"),
  endpoint: () => "localhost:8080",
  caller: stranger,
  limits: { topicItemBytesMax: 1, subscriptionsMax: 1 },
});

const context: MethodContext = {
  metadata: { get: () => undefined },
  authority: "localhost",
  address: "127.0.0.1",
  runningSources: () => [],
};
const emptyRequest = new Uint8Array(0);
const publishRequest = toBinary(
  _PublishRequestSchema,
  create(_PublishRequestSchema, {
    cacheName: "cache",
    topic: "topic",
    value: { kind: { case: "text", value: "value" } },
  }),
);

async function needsKey(path: string, method: Method): Promise<"needed" | "not needed"> {
  // An empty request is a valid one for every method but this, which looks at its item first.
  const request = path.endsWith("/Publish") ? publishRequest : emptyRequest;
  try {
    if (method.kind === "unary") await method.handle(context, request);
    else await method.handle(context, request, untouchable("responses"));
    return "not needed";
  } catch (error) {
    if (error instanceof ServiceError && error.code === "unauthenticated") return "needed";
    throw error;
  }
}

test("docs/reference/grpc.md has the methods by path, with their kind and whether they need a key", async () => {
  const rows = [
    ...reference.matchAll(/^\| `(\/\S+)` \| (unary|server-stream) \| ((?:not )?needed) \| \S.* \|$/gm),
  ].map(([, ...cells]) => cells);
  const expected: string[][] = [];
  for (const [path, method] of [...methods].sort(([a], [b]) => (a < b ? -1 : 1)))
    expected.push([path, method.kind, await needsKey(path, method)]);
  assert.deepEqual(rows, expected);
});

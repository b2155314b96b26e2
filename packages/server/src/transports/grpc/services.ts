// Every gRPC method of this server, by path.

import type { Caches } from "../../control/caches.js";
import type { Method, MethodTable } from "../../rpc/methods.js";
import type { Topics } from "../../topics/topics.js";
import type { Caller } from "./caller.js";
import { type PublishedLimits, createCacheMethods } from "./control.js";
import { createPublish, createSubscribe } from "./pubsub.js";
import { keepStringsAsTheyAre } from "./text-encoding.js";

export interface ServicesOptions {
  readonly topics: Topics;
  readonly caches: Caches;
  readonly caller: Caller;
  readonly limits: PublishedLimits;
}

export function createMethodTable({ topics, caches, caller, limits }: ServicesOptions): MethodTable {
  keepStringsAsTheyAre();
  return new Map<string, Method>([
    ...service("cache_client.pubsub.Pubsub", {
      Publish: createPublish(topics, caller),
      Subscribe: createSubscribe(topics, caller),
    }),
    // Clients ping without credentials (wire-contract.md 4.2).
    ...service("cache_client.Ping", { Ping: { kind: "unary", handle: () => new Uint8Array(0) } }),
    ...service("control_client.ScsControl", createCacheMethods(caches, caller, limits)),
  ]);
}

function service(name: string, methods: Readonly<Record<string, Method>>): [path: string, method: Method][] {
  return Object.entries(methods).map(([method, handler]) => [`/${name}/${method}`, handler]);
}

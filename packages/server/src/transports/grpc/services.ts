// Every gRPC method of this server, by path.

import type { ApiKeys } from "../../control/api-keys.js";
import type { Caches } from "../../control/caches.js";
import type { SigningKeys } from "../../control/signing-keys.js";
import type { Tokens } from "../../control/tokens.js";
import type { Clock } from "../../kernel/clock.js";
import type { Method, MethodTable } from "../../rpc/methods.js";
import type { Topics } from "../../topics/topics.js";
import { createAuthMethods, createTokenMethods } from "./auth.js";
import type { Caller } from "./caller.js";
import { type PublishedLimits, createCacheMethods } from "./control.js";
import { createGlobalAdminMethods } from "./global-admin.js";
import { createPublish, createSubscribe } from "./pubsub.js";
import { createRenewalMethods } from "./renewal.js";
import { createSigningKeyMethods } from "./signing-keys.js";
import { keepStringsAsTheyAre } from "./text-encoding.js";

export interface ServicesOptions {
  readonly topics: Topics;
  readonly caches: Caches;
  readonly apiKeys: ApiKeys;
  readonly tokens: Tokens;
  readonly signingKeys: SigningKeys;
  readonly caller: Caller;
  readonly clock: Clock;
  readonly limits: PublishedLimits;
  /** Where clients find this server. */
  readonly endpoint: () => string;
}

export function createMethodTable(options: ServicesOptions): MethodTable {
  const { topics, caches, apiKeys, signingKeys, caller, limits } = options;
  keepStringsAsTheyAre();
  return new Map<string, Method>([
    ...service("cache_client.pubsub.Pubsub", {
      Publish: createPublish(topics, caller),
      Subscribe: createSubscribe(topics, caller),
    }),
    // Clients ping without credentials (wire-contract.md 4.2).
    ...service("cache_client.Ping", { Ping: { kind: "unary", handle: () => new Uint8Array(0) } }),
    ...service("control_client.ScsControl", {
      ...createCacheMethods(caches, caller, limits),
      ...createSigningKeyMethods(signingKeys, caller),
    }),
    ...service("auth.Auth", createAuthMethods(options)),
    ...service("token.Token", createTokenMethods(options)),
    ...service("global_admin.GlobalAdmin", createGlobalAdminMethods(apiKeys, caller)),
    ...service("subito.Renewal", createRenewalMethods(caller)),
  ]);
}

function service(name: string, methods: Readonly<Record<string, Method>>): [path: string, method: Method][] {
  return Object.entries(methods).map(([method, handler]) => [`/${name}/${method}`, handler]);
}

// control_client.ScsControl: caches (wire-contract.md 4.3).

import { type DescMessage, type MessageShape, create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  _CreateCacheRequestSchema,
  _DeleteCacheRequestSchema,
  _FlushCacheRequestSchema,
  _ListCachesRequestSchema,
  _ListCachesResponseSchema,
} from "@subito/wire/controlclient";
import { authorizeListCaches, authorizeManageCaches } from "../../auth/authorize.js";
import type { Principal } from "../../auth/principal.js";
import type { Caches } from "../../control/caches.js";
import { ServiceError } from "../../kernel/errors.js";
import type { ManageCachesGrant } from "../../ports/grant.js";
import type { UnaryMethod } from "../../rpc/methods.js";
import type { Caller } from "./caller.js";
import { parseRequest } from "./parse-request.js";

const emptyMessage = new Uint8Array(0);

/** What ListCaches says of every cache. A limit that this server does not have is told as the largest number. */
export interface PublishedLimits {
  readonly topicItemBytesMax: number;
  readonly subscriptionsMax: number;
}

const NO_LIMIT = 0xffff_ffff;

function toLimitMessages(limits: PublishedLimits) {
  return {
    cacheLimits: {
      maxTrafficRate: NO_LIMIT,
      maxThroughputKbps: NO_LIMIT,
      // What Momento's own caches take (wire-contract.md 4.3): 5,000,000 bytes, and a day.
      maxItemSizeKb: 4883,
      maxTtlSeconds: 86_400n,
    },
    topicLimits: {
      maxPublishRate: NO_LIMIT,
      maxSubscriptionCount: limits.subscriptionsMax,
      maxPublishMessageSizeKb: Math.floor(limits.topicItemBytesMax / 1024),
    },
  };
}

/** A method for those who may manage caches: parses, authorizes, runs. */
function manage<Schema extends DescMessage>(
  caller: Caller,
  schema: Schema,
  run: (grant: ManageCachesGrant, request: MessageShape<Schema>) => Promise<Uint8Array>,
): UnaryMethod {
  return {
    kind: "unary",
    async handle(context, bytes) {
      const request = parseRequest((all) => fromBinary(schema, all), bytes);
      const principal: Principal = await caller.authenticate(context);
      return run(authorizeManageCaches(principal), request);
    },
  };
}

export function createCacheMethods(
  caches: Caches,
  caller: Caller,
  limits: PublishedLimits,
): Record<"CreateCache" | "DeleteCache" | "FlushCache" | "ListCaches", UnaryMethod> {
  return {
    CreateCache: manage(caller, _CreateCacheRequestSchema, async (grant, { cacheName }) => {
      const outcome = await caches.create(grant, cacheName);
      if (outcome === "already_exists") {
        throw new ServiceError("already_exists", `There is a cache named "${cacheName}" already.`);
      }
      return emptyMessage;
    }),
    DeleteCache: manage(caller, _DeleteCacheRequestSchema, async (grant, { cacheName }) => {
      await caches.delete(grant, cacheName);
      return emptyMessage;
    }),
    FlushCache: manage(caller, _FlushCacheRequestSchema, async (grant, { cacheName }) => {
      await caches.flush(grant, cacheName);
      return emptyMessage;
    }),
    ListCaches: {
      kind: "unary",
      async handle(context, bytes) {
        parseRequest((all) => fromBinary(_ListCachesRequestSchema, all), bytes);
        const records = await caches.list(authorizeListCaches(await caller.authenticate(context)));
        const cache = records.map(({ name }) => ({ cacheName: name, ...toLimitMessages(limits) }));
        return toBinary(_ListCachesResponseSchema, create(_ListCachesResponseSchema, { cache }));
      },
    },
  };
}

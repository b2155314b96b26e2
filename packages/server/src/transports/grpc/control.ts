// control_client.ScsControl: caches (wire-contract.md 4.3).

import { create, toBinary } from "@bufbuild/protobuf";
import {
  _CreateCacheRequestSchema,
  _DeleteCacheRequestSchema,
  _FlushCacheRequestSchema,
  _ListCachesRequestSchema,
  _ListCachesResponseSchema,
} from "@subito/wire/controlclient";
import { authorizeListCaches, authorizeManageCaches } from "../../auth/authorize.js";
import type { Caches } from "../../control/caches.js";
import { ServiceError } from "../../kernel/errors.js";
import type { UnaryMethod } from "../../rpc/methods.js";
import { authorized } from "./authorized.js";
import type { Caller } from "./caller.js";

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

export function createCacheMethods(
  caches: Caches,
  caller: Caller,
  limits: PublishedLimits,
): Record<"CreateCache" | "DeleteCache" | "FlushCache" | "ListCaches", UnaryMethod> {
  const mayManage = authorizeManageCaches;
  return {
    CreateCache: authorized(caller, _CreateCacheRequestSchema, mayManage, async (grant, { cacheName }) => {
      const outcome = await caches.create(grant, cacheName);
      if (outcome === "already_exists") {
        throw new ServiceError("already_exists", `There is a cache named "${cacheName}" already.`);
      }
      return emptyMessage;
    }),
    DeleteCache: authorized(caller, _DeleteCacheRequestSchema, mayManage, async (grant, { cacheName }) => {
      await caches.delete(grant, cacheName);
      return emptyMessage;
    }),
    FlushCache: authorized(caller, _FlushCacheRequestSchema, mayManage, async (grant, { cacheName }) => {
      await caches.flush(grant, cacheName);
      return emptyMessage;
    }),
    ListCaches: authorized(caller, _ListCachesRequestSchema, authorizeListCaches, async (grant) => {
      const records = await caches.list(grant);
      const cache = records.map(({ name }) => ({ cacheName: name, ...toLimitMessages(limits) }));
      return toBinary(_ListCachesResponseSchema, create(_ListCachesResponseSchema, { cache }));
    }),
  };
}

// Caches: the spaces in which topics live.

import type { Awaitable } from "../kernel/awaitable.js";
import { ServiceError } from "../kernel/errors.js";
import { checkCacheName } from "../kernel/names.js";
import type { CacheRecord, Catalog } from "../ports/catalog.js";
import type { ListCachesGrant, ManageCachesGrant } from "../ports/grant.js";

export interface Caches {
  create(grant: ManageCachesGrant, name: string): Promise<"created" | "already_exists">;
  /** Rejects with `not_found` when there is no such cache. Its subscriptions end. */
  delete(grant: ManageCachesGrant, name: string): Promise<void>;
  /** Removes what the cache holds and keeps the cache; rejects with `not_found` when there is none. */
  flush(grant: ManageCachesGrant, name: string): Promise<void>;
  /** In order of name. */
  list(grant: ListCachesGrant): Awaitable<readonly CacheRecord[]>;
}

export function createCaches(catalog: Catalog): Caches {
  return {
    async create(_grant, name) {
      checkCacheName(name);
      return catalog.createCache(name);
    },
    async delete(_grant, name) {
      checkCacheName(name);
      if ((await catalog.deleteCache(name)) === "not_found") throw cacheNotFound(name);
    },
    async flush(_grant, name) {
      checkCacheName(name);
      // Topics keep nothing that a flush would remove, and items do not exist yet: only the cache itself is looked for.
      if (!(await catalog.hasCache(name))) throw cacheNotFound(name);
    },
    list: () => catalog.listCaches(),
  };
}

function cacheNotFound(name: string): ServiceError {
  return new ServiceError("not_found", `Cache Not Found: there is no cache named ${JSON.stringify(name)}.`);
}

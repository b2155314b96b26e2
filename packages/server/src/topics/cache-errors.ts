// What a publisher or subscriber is told when the cache is not there.

import { ServiceError } from "../kernel/errors.js";

export function cacheMissing(cacheName: string): ServiceError {
  // The HTTP API's clients look for the first three words (wire-contract.md 7.1).
  return new ServiceError("not_found", `Cache Not Found: there is no cache named "${cacheName}".`);
}

export function cacheDeleted(cacheName: string): ServiceError {
  return new ServiceError("not_found", `Cache Not Found: the cache "${cacheName}" was deleted.`);
}

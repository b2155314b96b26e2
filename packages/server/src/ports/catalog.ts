// What is known for good: caches and API keys. Survives a crash at any moment.

import type { Awaitable } from "../kernel/awaitable.js";

export interface CacheRecord {
  readonly name: string;
  readonly createdAtMs: number;
}

export interface ApiKeyRecord {
  /** Public part of the key, and its name in lists. */
  readonly id: string;
  /** SHA-256 of the secret part, lower-case hex. The secret itself is kept nowhere. */
  readonly secretSha256: string;
  readonly description: string;
  readonly createdAtMs: number;
  /** Absent: never expires. */
  readonly expiresAtMs?: number;
}

/**
 * Guarantees: a change is durable before its promise resolves, and is seen by every later call; a change that fails (a full disk)
 * rejects with a ServiceError and leaves everything as it was. Changes are applied one after the other.
 */
export interface Catalog {
  createCache(name: string): Promise<"created" | "already_exists">;
  deleteCache(name: string): Promise<"deleted" | "not_found">;
  /** In order of name. */
  listCaches(): Awaitable<readonly CacheRecord[]>;
  hasCache(name: string): Awaitable<boolean>;
  addApiKey(key: ApiKeyRecord): Promise<void>;
  removeApiKey(id: string): Promise<"removed" | "not_found">;
  /** In order of creation. */
  listApiKeys(): Awaitable<readonly ApiKeyRecord[]>;
  findApiKey(id: string): Awaitable<ApiKeyRecord | undefined>;
}

// What is known for good: caches, API keys, roles, the keys that tokens are signed with, and what was revoked. Survives a crash at
// any moment.

import type { Awaitable } from "../kernel/awaitable.js";
import type { PermissionSet } from "./permissions.js";

export interface CacheRecord {
  readonly name: string;
  readonly createdAtMs: number;
}

/** What a key may do: what its role may, or everything that a super user may, or what its own rules say. */
export type Access =
  { readonly roleId: string } | { readonly superUser: true } | { readonly permissions: PermissionSet };

export interface ApiKeyRecord {
  /** Public part of the key, and its name in lists. */
  readonly id: string;
  /** SHA-256 of the secret part, lower-case hex. The secret itself is kept nowhere. */
  readonly secretSha256: string;
  readonly description: string;
  readonly access: Access;
  readonly createdAtMs: number;
  /** Absent: never expires. */
  readonly expiresAtMs?: number;
  /** Goes on what its holder publishes; absent: nothing does. */
  readonly tokenId?: string;
  /** SHA-256 of the secret that makes a new key of this one, once. */
  readonly refreshSha256?: string;
}

/** A role that someone has made; those of the system are in the code. */
export interface RoleRecord {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly permissions: PermissionSet;
  readonly createdAtMs: number;
}

export interface SigningKeyRecord {
  /** `kid` of the tokens that it has signed. */
  readonly id: string;
  /** 256 random bits for HMAC-SHA-256, base64url. */
  readonly secret: string;
  /** `server`: ours, the newest of which signs. `holder`: given to someone, who signs disposable tokens. */
  readonly use: "server" | "holder";
  readonly createdAtMs: number;
  readonly expiresAtMs?: number;
}

/** Of what was issued before a moment, that which is not valid any more. */
export interface RevocationRecord {
  /** `token_id:` or `key:` and the id, or `all`. */
  readonly id: string;
  readonly issuedBeforeMs: number;
}

/** Records of one kind, by id. */
export interface CatalogTable<R extends { readonly id: string }> {
  /** Rejects with `resource_exhausted` when there are as many as there may be. */
  add(record: R): Promise<"added" | "already_exists">;
  /** Puts `record` in the place of the one with its id. */
  replace(record: R): Promise<"replaced" | "not_found">;
  remove(id: string): Promise<"removed" | "not_found">;
  /** In order of creation. */
  list(): Awaitable<readonly R[]>;
  find(id: string): Awaitable<R | undefined>;
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
  readonly apiKeys: CatalogTable<ApiKeyRecord>;
  readonly roles: CatalogTable<RoleRecord>;
  readonly signingKeys: CatalogTable<SigningKeyRecord>;
  readonly revocations: CatalogTable<RevocationRecord>;
}

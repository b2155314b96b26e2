// API keys: made, refreshed, listed, revoked.

import { formatApiKeyToken, hashSecret, secretMatches } from "../auth/api-key.js";
import { OWNER } from "../auth/system-roles.js";
import { TOKEN_ID_LENGTH_MAX } from "../auth/token-claims.js";
import { signToken } from "../auth/tokens.js";
import type { Awaitable } from "../kernel/awaitable.js";
import type { Clock } from "../kernel/clock.js";
import { ServiceError } from "../kernel/errors.js";
import { randomId, randomSecret } from "../kernel/ids.js";
import type { Logger } from "../kernel/log.js";
import type { Access, ApiKeyRecord, Catalog } from "../ports/catalog.js";
import type {
  IssueTokensGrant,
  ListAccessGrant,
  ManageAccessGrant,
  RefreshKeyGrant,
} from "../ports/grant.js";
import type { PermissionSet } from "../ports/permissions.js";
import { audit } from "./audit.js";
import type { Revocations } from "./revocations.js";
import type { Roles } from "./roles.js";
import type { SigningKeys } from "./signing-keys.js";

/** Characters of a key's description. */
const DESCRIPTION_LENGTH_MAX = 256;

/** Keys that have expired stay in the list for so long. */
const EXPIRED_KEY_MS = 24 * 3600 * 1000;

/** How a key looks (wire-contract.md 3.1): a short text, for base64 keys; a JWT, for v2 keys and for the oldest clients. */
export type KeyForm = "v1" | "v2" | "legacy";

export interface ApiKeyRequest {
  readonly description: string;
  /** Undefined: never. */
  readonly expiresAtMs: number | undefined;
  readonly form: KeyForm;
  /** Goes on what its holder publishes; empty: nothing does. */
  readonly tokenId?: string;
}

export interface NewApiKey {
  readonly record: ApiKeyRecord;
  /** The full token; not kept anywhere, so it is to be shown now. */
  readonly token: string;
}

export interface RefreshableKey extends NewApiKey {
  readonly refreshToken: string;
}

export interface ApiKeys {
  /** A key with a role; rejects with `not_found` for an unknown one. */
  create(grant: ManageAccessGrant, request: ApiKeyRequest & { readonly roleId: string }): Promise<NewApiKey>;
  /** A key that may do what a super user may, or what its own rules say; it can be refreshed. */
  createSuperUser(grant: ManageAccessGrant, request: ApiKeyRequest): Promise<RefreshableKey>;
  createWithRules(
    grant: IssueTokensGrant,
    request: ApiKeyRequest & { readonly permissions: PermissionSet },
  ): Promise<RefreshableKey>;
  /** A new key that may do the same and lives as long, from now on. The old one lives to its end, but cannot be refreshed again. */
  refresh(grant: RefreshKeyGrant, refreshToken: string): Promise<RefreshableKey>;
  /** In order of creation. */
  list(grant: ListAccessGrant): Awaitable<readonly ApiKeyRecord[]>;
  /** Takes effect at once, on tokens that were made with it too; rejects with `not_found` for an unknown id. */
  revoke(grant: ManageAccessGrant, id: string): Promise<void>;
  /** Revokes the keys that were made before a moment. Rejects with `failed_precondition` when the caller's own is among them. */
  revokeCreatedBefore(grant: ManageAccessGrant, createdBeforeMs: number): Promise<void>;
  /** Makes the first key of a server that has none; undefined when it has one. */
  createFirst(): Promise<NewApiKey | undefined>;
  /** Undoes the making of a key that nobody was shown. */
  withdraw(key: NewApiKey): Promise<void>;
}

export interface ApiKeysOptions {
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly log: Logger;
  readonly roles: Roles;
  readonly signingKeys: SigningKeys;
  readonly revocations: Revocations;
  /** Where clients find this server, for keys that say so. */
  readonly endpoint: () => string;
  /** Told of a revoked key, so that nobody trusts it from memory. */
  readonly onRevoked: (id: string) => void;
}

export function createApiKeys(options: ApiKeysOptions): ApiKeys {
  return new CatalogApiKeys(options);
}

class CatalogApiKeys implements ApiKeys {
  readonly #options: ApiKeysOptions;

  constructor(options: ApiKeysOptions) {
    this.#options = options;
  }

  async create(
    { by }: ManageAccessGrant,
    request: ApiKeyRequest & { readonly roleId: string },
  ): Promise<NewApiKey> {
    await this.#options.roles.demand(request.roleId);
    return this.#add(by, { roleId: request.roleId }, request);
  }

  createSuperUser({ by }: ManageAccessGrant, request: ApiKeyRequest): Promise<RefreshableKey> {
    return this.#addRefreshable(by, { superUser: true }, request);
  }

  createWithRules(
    { by }: IssueTokensGrant,
    request: ApiKeyRequest & { readonly permissions: PermissionSet },
  ): Promise<RefreshableKey> {
    if (request.permissions.rules.length === 0) {
      return Promise.reject(new ServiceError("invalid_argument", "A key needs at least one permission."));
    }
    return this.#addRefreshable(by, { permissions: request.permissions }, request);
  }

  async refresh({ keyId }: RefreshKeyGrant, refreshToken: string): Promise<RefreshableKey> {
    const { catalog, clock, log } = this.#options;
    const old = await catalog.apiKeys.find(keyId);
    if (
      old?.refreshSha256 === undefined ||
      !secretMatches({ secretSha256: old.refreshSha256 }, refreshToken)
    ) {
      throw new ServiceError(
        "unauthenticated",
        "The refresh token is not that of this key, or was used already.",
      );
    }
    const { refreshSha256: _used, ...spent } = old;
    // First, so that a refresh token makes one key and no more.
    await catalog.apiKeys.replace(spent);
    const { access, description, createdAtMs, expiresAtMs, tokenId = "" } = old;
    const made = await this.#addRefreshable(`api_key ${keyId}`, access, {
      ...{ description, tokenId, form: "v1" },
      expiresAtMs: expiresAtMs === undefined ? undefined : clock.nowMs() + (expiresAtMs - createdAtMs),
    });
    audit(log, "api_key_refreshed", `api_key ${keyId}`, { keyId, newKeyId: made.record.id });
    return made;
  }

  list(): Awaitable<readonly ApiKeyRecord[]> {
    return this.#options.catalog.apiKeys.list();
  }

  async revoke(grant: ManageAccessGrant, id: string): Promise<void> {
    const { catalog, log, revocations, onRevoked } = this.#options;
    if ((await catalog.apiKeys.remove(id)) === "not_found") {
      throw new ServiceError("not_found", "There is no API key with this id.");
    }
    onRevoked(id);
    audit(log, "api_key_revoked", grant.by, { keyId: id });
    // Whoever stole the key may have made tokens with it.
    await revocations.revoke(grant, { issuedByKey: id });
  }

  async revokeCreatedBefore(grant: ManageAccessGrant, createdBeforeMs: number): Promise<void> {
    const keys = await this.#options.catalog.apiKeys.list();
    const old = keys.filter(({ createdAtMs }) => createdAtMs < createdBeforeMs);
    if (old.some(({ id }) => id === grant.keyId)) {
      throw new ServiceError(
        "failed_precondition",
        "The key that you call with was made before that too: make a new one first, and call with it.",
      );
    }
    for (const { id } of old) await this.revoke(grant, id);
  }

  async createFirst(): Promise<NewApiKey | undefined> {
    if ((await this.#options.catalog.apiKeys.list()).length > 0) return undefined;
    const request = { description: "first key", expiresAtMs: undefined, form: "v1" } as const;
    return this.#add("server", { roleId: OWNER.id }, request);
  }

  async withdraw({ record }: NewApiKey): Promise<void> {
    await this.#options.catalog.apiKeys.remove(record.id);
    audit(this.#options.log, "api_key_revoked", "server", { keyId: record.id });
  }

  async #addRefreshable(by: string, access: Access, request: ApiKeyRequest): Promise<RefreshableKey> {
    const refreshToken = randomSecret();
    const made = await this.#add(by, access, request, refreshToken);
    return { ...made, refreshToken };
  }

  async #add(
    by: string,
    access: Access,
    { description, expiresAtMs, form, tokenId = "" }: ApiKeyRequest,
    refreshToken?: string,
  ): Promise<NewApiKey> {
    const { catalog, clock, log } = this.#options;
    const createdAtMs = clock.nowMs();
    checkRequest(description, tokenId, expiresAtMs, createdAtMs);
    await this.#removeLongExpired(createdAtMs);
    const secret = randomSecret();
    const record: ApiKeyRecord = {
      ...{ id: randomId(), secretSha256: hashSecret(secret), description, access, createdAtMs },
      ...(expiresAtMs === undefined ? {} : { expiresAtMs }),
      ...(tokenId === "" ? {} : { tokenId }),
      ...(refreshToken === undefined ? {} : { refreshSha256: hashSecret(refreshToken) }),
    };
    await catalog.apiKeys.add(record);
    audit(log, "api_key_created", by, { keyId: record.id, access: describeAccess(access), expiresAtMs });
    return { record, token: await this.#toToken(record, secret, form) };
  }

  async #toToken(record: ApiKeyRecord, secret: string, form: KeyForm): Promise<string> {
    const { id, createdAtMs: issuedAtMs, expiresAtMs } = record;
    if (form === "v1") return formatApiKeyToken({ id, secret });
    const { signingKeys, endpoint } = this.#options;
    const expiry = expiresAtMs === undefined ? {} : { expiresAtMs };
    const claims = { kind: "key", id, legacy: form === "legacy", issuedAtMs, ...expiry } as const;
    return signToken(claims, await signingKeys.current(), endpoint());
  }

  async #removeLongExpired(nowMs: number): Promise<void> {
    const { apiKeys } = this.#options.catalog;
    for (const { id, expiresAtMs = Infinity } of await apiKeys.list())
      if (expiresAtMs + EXPIRED_KEY_MS < nowMs) await apiKeys.remove(id);
  }
}

function checkRequest(
  description: string,
  tokenId: string,
  expiresAtMs: number | undefined,
  nowMs: number,
): void {
  if (description.length > DESCRIPTION_LENGTH_MAX) {
    throw new ServiceError(
      "invalid_argument",
      `A description has at most ${DESCRIPTION_LENGTH_MAX} characters.`,
    );
  }
  if (tokenId.length > TOKEN_ID_LENGTH_MAX) {
    throw new ServiceError("invalid_argument", `A token id has at most ${TOKEN_ID_LENGTH_MAX} characters.`);
  }
  if (expiresAtMs !== undefined && expiresAtMs <= nowMs) {
    throw new ServiceError("invalid_argument", "The key would have expired already.");
  }
}

function describeAccess(access: Access): string {
  if ("roleId" in access) return `role ${access.roleId}`;
  return "superUser" in access ? "super user" : "rules of its own";
}

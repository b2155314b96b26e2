// API keys: made, listed, revoked. Each may do everything, so far.

import { createApiKey, type NewApiKey } from "../auth/api-key.js";
import type { Awaitable } from "../kernel/awaitable.js";
import type { Clock } from "../kernel/clock.js";
import { ServiceError } from "../kernel/errors.js";
import type { ApiKeyRecord, Catalog } from "../ports/catalog.js";
import type { ManageKeysGrant } from "../ports/grant.js";

/** Characters of a key's description. */
const DESCRIPTION_LENGTH_MAX = 256;

export interface ApiKeyRequest {
  readonly description: string;
  /** Undefined: never. */
  readonly expiresAtMs: number | undefined;
}

export interface ApiKeys {
  /** The token is in the answer and nowhere else. */
  create(grant: ManageKeysGrant, request: ApiKeyRequest): Promise<NewApiKey>;
  /** In order of creation. */
  list(grant: ManageKeysGrant): Awaitable<readonly ApiKeyRecord[]>;
  /** Takes effect at once; rejects with `not_found` for an unknown id. */
  revoke(grant: ManageKeysGrant, id: string): Promise<void>;
  /** Makes the first key of a server that has none; undefined when it has one. */
  createFirst(): Promise<NewApiKey | undefined>;
}

export interface ApiKeysOptions {
  readonly catalog: Catalog;
  readonly clock: Clock;
  /** Told of a revoked key, so that nobody trusts it from memory. */
  readonly onRevoked: (id: string) => void;
}

export function createApiKeys({ catalog, clock, onRevoked }: ApiKeysOptions): ApiKeys {
  async function add({ description, expiresAtMs }: ApiKeyRequest): Promise<NewApiKey> {
    const createdAtMs = clock.nowMs();
    if (description.length > DESCRIPTION_LENGTH_MAX) {
      throw new ServiceError(
        "invalid_argument",
        `A description has at most ${DESCRIPTION_LENGTH_MAX} characters.`,
      );
    }
    if (expiresAtMs !== undefined && expiresAtMs <= createdAtMs) {
      throw new ServiceError("invalid_argument", "The key would have expired already.");
    }
    const made = createApiKey({
      description,
      createdAtMs,
      ...(expiresAtMs === undefined ? {} : { expiresAtMs }),
    });
    await catalog.addApiKey(made.record);
    return made;
  }

  return {
    create: (_grant, request) => add(request),
    list: () => catalog.listApiKeys(),
    async revoke(_grant, id) {
      if ((await catalog.removeApiKey(id)) === "not_found") {
        throw new ServiceError("not_found", "There is no API key with this id.");
      }
      onRevoked(id);
    },
    async createFirst() {
      if ((await catalog.listApiKeys()).length > 0) return undefined;
      return add({ description: "first key", expiresAtMs: undefined });
    },
  };
}

// The keys that tokens are signed with: the server's own, which are renewed from time to time, and those given to someone who signs
// for himself.

import type { Awaitable } from "../kernel/awaitable.js";
import type { Clock } from "../kernel/clock.js";
import { ServiceError } from "../kernel/errors.js";
import { randomId, randomSigningSecret } from "../kernel/ids.js";
import type { Logger } from "../kernel/log.js";
import type { Catalog, SigningKeyRecord } from "../ports/catalog.js";
import type { IssueTokensGrant } from "../ports/grant.js";
import { audit } from "./audit.js";

/** An own key signs for so long; what it has signed is valid on. */
export const SIGNING_KEY_AGE_MS_MAX = 90 * 24 * 3600 * 1000;

export interface SigningKeys {
  /** The key that signs now; made when there is none, or when the newest is old. */
  current(): Promise<SigningKeyRecord>;
  /** For someone who signs disposable tokens himself. */
  create(grant: IssueTokensGrant, lifetimeMs: number): Promise<SigningKeyRecord>;
  /** Those that were made for someone, and that have not expired. */
  list(grant: IssueTokensGrant): Awaitable<readonly SigningKeyRecord[]>;
  /** What the key has signed is not valid any more. Rejects with `not_found`. */
  revoke(grant: IssueTokensGrant, id: string): Promise<void>;
}

export interface SigningKeysOptions {
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly log: Logger;
  /** Told of a key that signs nothing valid any more. */
  readonly onRevoked: (id: string) => void;
}

export function createSigningKeys({ catalog, clock, log, onRevoked }: SigningKeysOptions): SigningKeys {
  let making: Promise<SigningKeyRecord> | undefined;

  async function add(use: SigningKeyRecord["use"], lifetimeMs?: number): Promise<SigningKeyRecord> {
    const createdAtMs = clock.nowMs();
    const key: SigningKeyRecord = {
      ...{ id: randomId(), secret: randomSigningSecret(), use, createdAtMs },
      ...(lifetimeMs === undefined ? {} : { expiresAtMs: createdAtMs + lifetimeMs }),
    };
    await catalog.signingKeys.add(key);
    return key;
  }

  /** Nothing that they have signed can be valid any more. */
  async function removeExpired(): Promise<void> {
    const nowMs = clock.nowMs();
    for (const { id, expiresAtMs } of await catalog.signingKeys.list())
      if (expiresAtMs !== undefined && expiresAtMs <= nowMs) await catalog.signingKeys.remove(id);
  }

  async function renew(): Promise<SigningKeyRecord> {
    const key = await add("server");
    audit(log, "signing_key_created", "server", { keyId: key.id });
    return key;
  }

  return {
    async current() {
      const keys = await catalog.signingKeys.list();
      const newest = keys.filter(({ use }) => use === "server").at(-1);
      if (newest !== undefined && clock.nowMs() - newest.createdAtMs < SIGNING_KEY_AGE_MS_MAX) return newest;
      making ??= renew().finally(() => (making = undefined));
      return making;
    },
    async create({ by }, lifetimeMs) {
      await removeExpired();
      const key = await add("holder", lifetimeMs);
      audit(log, "signing_key_created", by, { keyId: key.id });
      return key;
    },
    async list() {
      const nowMs = clock.nowMs();
      const keys = await catalog.signingKeys.list();
      return keys.filter(({ use, expiresAtMs = Infinity }) => use === "holder" && nowMs < expiresAtMs);
    },
    async revoke({ by }, id) {
      const key = await catalog.signingKeys.find(id);
      if (key?.use !== "holder") throw new ServiceError("not_found", "There is no signing key with this id.");
      await catalog.signingKeys.remove(id);
      audit(log, "signing_key_revoked", by, { keyId: id });
      onRevoked(id);
    },
  };
}

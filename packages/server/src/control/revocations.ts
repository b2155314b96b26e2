// Revoking what has no record of its own: tokens, by their id, by the key they were made with, or all of them.

import type { Awaitable } from "../kernel/awaitable.js";
import { type RevocationTarget, covers, toRevocationId } from "../auth/revocations.js";
import { TOKEN_LIFETIME_SECONDS_MAX } from "../auth/token-claims.js";
import { CLOCK_SKEW_SECONDS_MAX } from "../auth/tokens.js";
import type { Principal } from "../auth/principal.js";
import type { Clock } from "../kernel/clock.js";
import { ServiceError } from "../kernel/errors.js";
import type { Logger } from "../kernel/log.js";
import type { Catalog, RevocationRecord } from "../ports/catalog.js";
import type { ListAccessGrant, ManageAccessGrant } from "../ports/grant.js";
import { audit } from "./audit.js";

/** Told who is not to be trusted any more. */
export type OnRevoked = (isConcerned: (principal: Principal) => boolean) => void;

export interface Revocations {
  /** Revokes what was issued before `issuedBeforeMs`, which is not in the future; now when absent. At once, and for good. */
  revoke(grant: ManageAccessGrant, target: RevocationTarget, issuedBeforeMs?: number): Promise<void>;
  /** Those that still matter. */
  list(grant: ListAccessGrant): Awaitable<readonly RevocationRecord[]>;
}

export interface RevocationsOptions {
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly log: Logger;
  readonly onRevoked: OnRevoked;
}

/** After so long no token is left that a revocation is about. */
const REVOCATION_LIFETIME_MS = (TOKEN_LIFETIME_SECONDS_MAX + CLOCK_SKEW_SECONDS_MAX) * 1000;

export function createRevocations({ catalog, clock, log, onRevoked }: RevocationsOptions): Revocations {
  async function removeOld(): Promise<void> {
    const oldestMs = clock.nowMs() - REVOCATION_LIFETIME_MS;
    for (const { id, issuedBeforeMs } of await catalog.revocations.list())
      if (issuedBeforeMs < oldestMs) await catalog.revocations.remove(id);
  }

  /** Of two, the one that revokes more. */
  async function put(record: RevocationRecord): Promise<RevocationRecord> {
    const known = await catalog.revocations.find(record.id);
    if (known !== undefined && known.issuedBeforeMs >= record.issuedBeforeMs) return known;
    if ((await catalog.revocations.replace(record)) === "not_found") await catalog.revocations.add(record);
    return record;
  }

  return {
    async revoke({ by }, target, issuedBeforeMs) {
      const nowMs = clock.nowMs();
      if (issuedBeforeMs !== undefined && issuedBeforeMs > nowMs) {
        throw new ServiceError("invalid_argument", "Only what was issued in the past can be revoked.");
      }
      await removeOld();
      // What is issued in this very millisecond is revoked too.
      const record = await put({ id: toRevocationId(target), issuedBeforeMs: issuedBeforeMs ?? nowMs + 1 });
      audit(log, "tokens_revoked", by, { revocation: record.id, issuedBeforeMs: record.issuedBeforeMs });
      onRevoked((principal) => covers(record, principal));
    },
    async list() {
      const oldestMs = clock.nowMs() - REVOCATION_LIFETIME_MS;
      return (await catalog.revocations.list()).filter(({ issuedBeforeMs }) => issuedBeforeMs >= oldestMs);
    },
  };
}

// Short-lived tokens, which nothing is kept of: disposable ones with rules of their own, sessions with those of a role.

import {
  DISPOSABLE_RULES_MAX,
  TOKEN_ID_LENGTH_MAX,
  TOKEN_LIFETIME_SECONDS_MAX,
  areOfDisposable,
} from "../auth/token-claims.js";
import { signToken } from "../auth/tokens.js";
import type { Clock } from "../kernel/clock.js";
import { ServiceError } from "../kernel/errors.js";
import { randomId } from "../kernel/ids.js";
import type { Logger } from "../kernel/log.js";
import type { IssueTokensGrant, ManageAccessGrant } from "../ports/grant.js";
import type { PermissionSet } from "../ports/permissions.js";
import { audit } from "./audit.js";
import type { Roles } from "./roles.js";
import type { SigningKeys } from "./signing-keys.js";

export interface DisposableRequest {
  readonly permissions: PermissionSet;
  /** Goes on what its holder publishes; empty: nothing does. */
  readonly tokenId: string;
  readonly lifetimeSeconds: number;
}

export interface SessionRequest {
  readonly roleId: string;
  readonly lifetimeSeconds: number;
}

export interface NewToken {
  readonly token: string;
  readonly expiresAtMs: number;
}

export interface Tokens {
  createDisposable(grant: IssueTokensGrant, request: DisposableRequest): Promise<NewToken>;
  /** Rejects with `not_found` for an unknown role. */
  createSession(grant: ManageAccessGrant, request: SessionRequest): Promise<NewToken>;
}

export interface TokensOptions {
  readonly signingKeys: SigningKeys;
  readonly roles: Roles;
  readonly clock: Clock;
  readonly log: Logger;
}

export function createTokens({ signingKeys, roles, clock, log }: TokensOptions): Tokens {
  function toTimes(lifetimeSeconds: number): { issuedAtMs: number; expiresAtMs: number } {
    checkLifetime(lifetimeSeconds);
    const issuedAtMs = clock.nowMs();
    return { issuedAtMs, expiresAtMs: issuedAtMs + lifetimeSeconds * 1000 };
  }

  return {
    async createDisposable({ keyId: issuedBy }, { permissions, tokenId, lifetimeSeconds }) {
      checkDisposable(permissions, tokenId);
      const times = toTimes(lifetimeSeconds);
      const claims = {
        kind: "disposable",
        id: randomId(),
        ...times,
        permissions,
        tokenId,
        issuedBy,
      } as const;
      return {
        token: await signToken(claims, await signingKeys.current(), ""),
        expiresAtMs: times.expiresAtMs,
      };
    },
    async createSession({ by, keyId: issuedBy }, { roleId, lifetimeSeconds }) {
      await roles.demand(roleId);
      const times = toTimes(lifetimeSeconds);
      const claims = { kind: "session", id: randomId(), ...times, roleId, issuedBy } as const;
      const token = await signToken(claims, await signingKeys.current(), "");
      audit(log, "session_created", by, { sessionId: claims.id, roleId, expiresAtMs: times.expiresAtMs });
      return { token, expiresAtMs: times.expiresAtMs };
    },
  };
}

function checkDisposable(permissions: PermissionSet, tokenId: string): void {
  if (permissions.rules.length === 0) {
    throw new ServiceError("invalid_argument", "A token needs at least one permission.");
  }
  if (!areOfDisposable(permissions)) {
    throw new ServiceError(
      "invalid_argument",
      `A disposable token has at most ${DISPOSABLE_RULES_MAX} permissions, on caches, topics and functions only.`,
    );
  }
  if (tokenId.length > TOKEN_ID_LENGTH_MAX) {
    throw new ServiceError("invalid_argument", `A token id has at most ${TOKEN_ID_LENGTH_MAX} characters.`);
  }
}

function checkLifetime(seconds: number): void {
  if (Number.isSafeInteger(seconds) && seconds >= 1 && seconds <= TOKEN_LIFETIME_SECONDS_MAX) return;
  throw new ServiceError(
    "invalid_argument",
    `A token lives for 1 to ${TOKEN_LIFETIME_SECONDS_MAX} seconds; what lives longer is an API key.`,
  );
}

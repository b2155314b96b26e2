// What is in the tokens that are signed here: JSON Web Tokens (RFC 7519) of three kinds.

import { ServiceError } from "../kernel/errors.js";
import { parsePermissionSet } from "../ports/parse-permissions.js";
import type { PermissionSet } from "../ports/permissions.js";

/** The longest that a token without a record of its own may live (wire-contract.md 6.2): 25 hours. */
export const TOKEN_LIFETIME_SECONDS_MAX = 90_000;
/** Rules of a disposable token (wire-contract.md 10.1). */
export const DISPOSABLE_RULES_MAX = 20;
/** Characters of a token's own id (wire-contract.md 6.2). */
export const TOKEN_ID_LENGTH_MAX = 64;

interface CommonClaims {
  /** `jti`: of the token, or of the key that it is. */
  readonly id: string;
  readonly issuedAtMs: number;
  readonly expiresAtMs?: number;
}

/** An API key in the form of a JWT: what it may do stands in the key's record. `legacy` ones hold the hosts of their endpoint. */
export interface KeyClaims extends CommonClaims {
  readonly kind: "key";
  readonly legacy: boolean;
}

export interface SessionClaims extends CommonClaims {
  readonly kind: "session";
  readonly roleId: string;
  readonly issuedBy: string;
  readonly expiresAtMs: number;
}

export interface DisposableClaims extends CommonClaims {
  readonly kind: "disposable";
  readonly permissions: PermissionSet;
  readonly tokenId: string;
  readonly issuedBy: string;
  readonly expiresAtMs: number;
}

export type TokenClaims = KeyClaims | SessionClaims | DisposableClaims;

type Json = Readonly<Record<string, unknown>>;

/** As they stand in the token. Times may have fractions of a second (RFC 7519 2): revocation tells them apart. */
export function toPayload(claims: TokenClaims, endpoint: string): Json {
  const { kind, id, issuedAtMs, expiresAtMs } = claims;
  const common = {
    kind,
    jti: id,
    iat: issuedAtMs / 1000,
    ...(expiresAtMs === undefined ? {} : { exp: expiresAtMs / 1000 }),
  };
  switch (claims.kind) {
    case "key":
      // What SDKs look for in each form (wire-contract.md 3.1).
      return claims.legacy
        ? { ...common, cp: `control.${endpoint}`, c: `cache.${endpoint}` }
        : { ...common, t: "g" };
    case "session":
      return {
        ...common,
        role_id: claims.roleId,
        ...(claims.issuedBy === "" ? {} : { by: claims.issuedBy }),
      };
    case "disposable":
      return {
        ...common,
        permissions: claims.permissions,
        ...(claims.tokenId === "" ? {} : { token_id: claims.tokenId }),
        ...(claims.issuedBy === "" ? {} : { by: claims.issuedBy }),
      };
  }
}

/** Reads a payload whose signature is right; undefined for what this server never wrote. */
export function parsePayload(payload: Json): TokenClaims | undefined {
  const { kind, jti: id, iat, exp, by: issuedBy = "" } = payload;
  if (typeof id !== "string" || id === "" || id.length > TOKEN_ID_LENGTH_MAX) return undefined;
  if (typeof issuedBy !== "string" || !isTime(iat) || (exp !== undefined && !isTime(exp))) return undefined;
  const issuedAtMs = Math.round(iat * 1000);
  if (kind === "key") {
    const legacy = "c" in payload;
    if (!legacy && payload["t"] !== "g") return undefined;
    return {
      kind,
      id,
      legacy,
      issuedAtMs,
      ...(exp === undefined ? {} : { expiresAtMs: Math.round(exp * 1000) }),
    };
  }
  if (exp === undefined) return undefined;
  const common = { id, issuedAtMs, expiresAtMs: Math.round(exp * 1000), issuedBy };
  if (common.expiresAtMs - issuedAtMs > TOKEN_LIFETIME_SECONDS_MAX * 1000) return undefined;
  if (kind === "session") {
    const roleId = payload["role_id"];
    return typeof roleId === "string" ? { kind, roleId, ...common } : undefined;
  }
  return kind === "disposable" ? parseDisposable(payload, common) : undefined;
}

function parseDisposable(
  payload: Json,
  common: Omit<DisposableClaims, "kind" | "permissions" | "tokenId">,
): DisposableClaims | undefined {
  const tokenId = payload["token_id"] ?? "";
  if (typeof tokenId !== "string" || tokenId.length > TOKEN_ID_LENGTH_MAX) return undefined;
  let permissions: PermissionSet;
  try {
    permissions = parsePermissionSet(payload["permissions"]);
  } catch (error) {
    if (error instanceof ServiceError) return undefined;
    throw error;
  }
  if (!areOfDisposable(permissions)) return undefined;
  return { kind: "disposable", permissions, tokenId, ...common };
}

/** Whether a disposable token may have them: at most 20, none about the server itself. */
export function areOfDisposable({ rules }: PermissionSet): boolean {
  const isOfData = rules.every(({ type }) => type === "cache" || type === "topic" || type === "function");
  return isOfData && rules.length <= DISPOSABLE_RULES_MAX;
}

function isTime(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && Number.isSafeInteger(Math.round(value * 1000));
}

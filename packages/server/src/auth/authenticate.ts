// Who is it? A verified token is remembered, so that every later call with it costs one look into a map.

import type { Awaitable } from "../kernel/awaitable.js";
import type { Clock } from "../kernel/clock.js";
import { ServiceError } from "../kernel/errors.js";
import type { ApiKeyRecord, Catalog } from "../ports/catalog.js";
import { parseApiKeyToken, parseCredential, secretMatches, type ApiKeyToken } from "./api-key.js";
import { LOCAL_PRINCIPAL, SUPER_USER, type Principal } from "./principal.js";

/** `open`: who brings no token may do everything, on loopback. `required`: nobody without a token. */
export type AuthMode = "open" | "required";

export interface AuthLimits {
  /** Verified tokens that are remembered; the oldest gives way. */
  readonly rememberedTokensMax: number;
  /** How long a verified token is trusted without asking the catalog again. */
  readonly rememberedTokenMs: number;
  /** Longer tokens are refused unread. */
  readonly tokenLengthMax: number;
}

export interface AuthenticatorOptions {
  readonly catalog: Pick<Catalog, "findApiKey">;
  readonly clock: Clock;
  readonly mode: AuthMode;
  readonly limits: AuthLimits;
}

/** What a transport knows of the caller beside the token. */
export interface Peer {
  /** The request's Host or `:authority`, and its Origin when it has one, are loopback. */
  readonly loopbackHost: boolean;
}

export interface Authenticator {
  /**
   * The principal of a call. `token` is the `authorization` value as it came: `subito_…` or its base64 form.
   * Throws or rejects with `unauthenticated`, or `permission_denied` for a call without token from elsewhere in open mode.
   */
  authenticate(token: string | undefined, peer: Peer): Awaitable<Principal>;
  /** To be called when a key is revoked: its token is not trusted from memory any more. */
  forgetKey(id: string): void;
}

interface Remembered {
  readonly principal: Principal;
  readonly untilMs: number;
}

export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const { catalog, clock, mode, limits } = options;
  const remembered = new Map<string, Remembered>();
  // Counts what was forgotten: an answer of the catalog from before a revocation must not be remembered after it.
  let forgotten = 0;

  function remember(token: string, principal: Principal, nowMs: number): void {
    if (remembered.size >= limits.rememberedTokensMax) {
      for (const oldest of remembered.keys()) {
        remembered.delete(oldest);
        break;
      }
    }
    const untilMs = Math.min(nowMs + limits.rememberedTokenMs, principal.expiresAtMs ?? Infinity);
    remembered.set(token, { principal, untilMs });
  }

  function accept(
    token: string,
    key: ApiKeyToken,
    record: ApiKeyRecord | undefined,
    asked: number,
  ): Principal {
    const nowMs = clock.nowMs();
    // One answer for an unknown id and a wrong secret.
    if (record === undefined || !secretMatches(record, key.secret)) throw invalidKey();
    if (record.expiresAtMs !== undefined && record.expiresAtMs <= nowMs) {
      throw new ServiceError("unauthenticated", "The API key has expired.");
    }
    const principal = toPrincipal(record);
    if (asked === forgotten) remember(token, principal, nowMs);
    return principal;
  }

  function verify(token: string): Awaitable<Principal> {
    if (token.length > limits.tokenLengthMax) throw invalidKey();
    const key = parseApiKeyToken(token) ?? parseApiKeyToken(parseCredential(token)?.apiKey ?? "");
    if (key === undefined) throw invalidKey();
    const asked = forgotten;
    const found = catalog.findApiKey(key.id);
    if (found instanceof Promise) return found.then((record) => accept(token, key, record, asked));
    return accept(token, key, found, asked);
  }

  return {
    authenticate(token, peer) {
      if (token === undefined || token === "") {
        if (mode === "open" && peer.loopbackHost) return LOCAL_PRINCIPAL;
        throw mode === "open" ? notFromHere() : missingKey();
      }
      const known = remembered.get(token);
      if (known !== undefined) {
        if (clock.nowMs() < known.untilMs) return known.principal;
        remembered.delete(token);
      }
      return verify(token);
    },
    forgetKey(id) {
      forgotten += 1;
      for (const [token, { principal }] of remembered) if (principal.id === id) remembered.delete(token);
    },
  };
}

function toPrincipal(record: ApiKeyRecord): Principal {
  const principal = { kind: "api_key", id: record.id, tokenId: "", permissions: SUPER_USER } as const;
  return record.expiresAtMs === undefined ? principal : { ...principal, expiresAtMs: record.expiresAtMs };
}

function missingKey(): ServiceError {
  return new ServiceError("unauthenticated", "An API key is needed, in the authorization header.");
}

function invalidKey(): ServiceError {
  return new ServiceError("unauthenticated", "The API key is not valid.");
}

function notFromHere(): ServiceError {
  return new ServiceError(
    "permission_denied",
    "Insufficient permissions: without an API key this server answers only requests whose Host and Origin are loopback " +
      "(localhost, 127.0.0.1, [::1]), which keeps web pages of strangers out (DNS rebinding). Bring an API key.",
  );
}

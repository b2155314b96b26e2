// Who is it? A verified token is remembered, so that every later call with it costs one look into a map.

import { type Awaitable, andThen } from "../kernel/awaitable.js";
import type { Clock } from "../kernel/clock.js";
import { ServiceError } from "../kernel/errors.js";
import type { Catalog } from "../ports/catalog.js";
import { parseApiKeyToken, parseCredential, secretMatches, type ApiKeyToken } from "./api-key.js";
import { FailedAttempts } from "./failed-attempts.js";
import type { Leases } from "./leases.js";
import { PrincipalMaker } from "./principal-maker.js";
import { LOCAL_PRINCIPAL, type Principal } from "./principal.js";
import { isRevoked } from "./revocations.js";
import { readKeyId, verifyToken } from "./tokens.js";

/** `open`: who brings no token may do everything, on loopback. `required`: nobody without a token. */
export type AuthMode = "open" | "required";

export interface AuthLimits {
  /** Verified tokens that are remembered; the oldest gives way. */
  readonly rememberedTokensMax: number;
  /** How long a verified token is trusted without asking the catalog again. */
  readonly rememberedTokenMs: number;
  /** Longer tokens are refused unread. */
  readonly tokenLengthMax: number;
  /** Wrong tokens of one address, at once and per second in the long run, before its tokens are not looked at. */
  readonly failuresPerAddressBurstMax: number;
  readonly failuresPerAddressPerSecondMax: number;
  /** Wrong secrets for one key. */
  readonly failuresPerKeyBurstMax: number;
  readonly failuresPerKeyPerSecondMax: number;
  /** Addresses, and keys, whose failures are kept in mind. */
  readonly failuresTrackedMax: number;
}

/** What is read of the catalog. */
export interface AuthCatalog {
  readonly apiKeys: Pick<Catalog["apiKeys"], "find">;
  readonly roles: Pick<Catalog["roles"], "find">;
  readonly signingKeys: Pick<Catalog["signingKeys"], "find">;
  readonly revocations: Pick<Catalog["revocations"], "find">;
}

export interface AuthenticatorOptions {
  readonly catalog: AuthCatalog;
  readonly clock: Clock;
  readonly mode: AuthMode;
  readonly limits: AuthLimits;
  readonly leases: Pick<Leases, "lend">;
}

/** What a transport knows of the caller beside the token. */
export interface Peer {
  /** IP address; empty when the connection is gone. */
  readonly address: string;
  /** True: the request's Host or `:authority`, and its Origin when it has one, are loopback. Matters only without a token. */
  readonly loopbackHost?: boolean;
}

/** Why calls were not let in. */
export type AuthFault = "missing" | "invalid" | "expired" | "revoked" | "wrong_address" | "too_many_failures";

export interface Authenticator {
  /**
   * The principal of a call. `token` is the `authorization` value as it came: a key in any of its forms, or a JSON Web Token.
   * Throws or rejects with `unauthenticated`; with `permission_denied` for a call without token from elsewhere in open mode and for
   * a role that is not taken from this address; with `resource_exhausted` after too many wrong ones.
   */
  authenticate(token: string | undefined, peer: Peer): Awaitable<Principal>;
  /** To be called when something is revoked or changed: these are not trusted from memory any more. */
  forgetWhere(isConcerned: (principal: Principal) => boolean): void;
  readonly failures: Readonly<Record<AuthFault, number>>;
}

interface Remembered {
  readonly principal: Principal;
  readonly untilMs: number;
}

export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  return new TokenAuthenticator(options);
}

class TokenAuthenticator implements Authenticator {
  readonly failures = {
    ...{ missing: 0, invalid: 0, expired: 0, revoked: 0, wrong_address: 0, too_many_failures: 0 },
  };
  readonly #options: AuthenticatorOptions;
  readonly #remembered = new Map<string, Remembered>();
  readonly #maker: PrincipalMaker;
  readonly #addresses: FailedAttempts;
  readonly #keys: FailedAttempts;
  /** Counts what was forgotten: an answer of the catalog from before a revocation must not be believed after it. */
  #forgotten = 0;

  constructor(options: AuthenticatorOptions) {
    this.#options = options;
    const { catalog, clock, limits } = options;
    this.#maker = new PrincipalMaker(catalog);
    const trackedMax = limits.failuresTrackedMax;
    this.#addresses = new FailedAttempts(clock, {
      burstMax: limits.failuresPerAddressBurstMax,
      perSecondMax: limits.failuresPerAddressPerSecondMax,
      trackedMax,
    });
    this.#keys = new FailedAttempts(clock, {
      burstMax: limits.failuresPerKeyBurstMax,
      perSecondMax: limits.failuresPerKeyPerSecondMax,
      trackedMax,
    });
  }

  authenticate(token: string | undefined, peer: Peer): Awaitable<Principal> {
    if (token === undefined || token === "") return this.#withoutToken(peer);
    const known = this.#remembered.get(token);
    if (known !== undefined && this.#options.clock.nowMs() < known.untilMs) {
      if (known.principal.allowedFrom === undefined) return known.principal;
      return this.#admit(known.principal, peer);
    }
    return this.#verifyAnew(token, peer, known !== undefined);
  }

  #verifyAnew(token: string, peer: Peer, wasKnown: boolean): Awaitable<Principal> {
    const asked = this.#forgotten;
    return andThen(this.#verify(token, peer, wasKnown), (found) => {
      // Something was revoked while the catalog was asked: perhaps this.
      if (asked !== this.#forgotten) return this.#verifyAnew(token, peer, wasKnown);
      const lent = this.#options.leases.lend(found);
      this.#remember(token, lent);
      return this.#admit(lent, peer);
    });
  }

  forgetWhere(isConcerned: (principal: Principal) => boolean): void {
    this.#forgotten += 1;
    for (const [token, { principal }] of this.#remembered)
      if (isConcerned(principal)) this.#remembered.delete(token);
  }

  #withoutToken({ loopbackHost }: Peer): Principal {
    const { mode } = this.#options;
    if (mode === "open" && loopbackHost === true) return LOCAL_PRINCIPAL;
    this.failures.missing++;
    throw mode === "open" ? notFromHere() : missingKey();
  }

  #admit(principal: Principal, { address }: Peer): Principal {
    if (principal.allowedFrom?.every((blocks) => blocks.includes(address)) ?? true) return principal;
    this.failures.wrong_address++;
    throw new ServiceError(
      "permission_denied",
      "Insufficient permissions: this key is not taken from this address.",
    );
  }

  #remember(token: string, principal: Principal): void {
    const { rememberedTokensMax, rememberedTokenMs } = this.#options.limits;
    this.#remembered.delete(token);
    if (this.#remembered.size >= rememberedTokensMax) {
      for (const oldest of this.#remembered.keys()) {
        this.#remembered.delete(oldest);
        break;
      }
    }
    const untilMs = Math.min(
      this.#options.clock.nowMs() + rememberedTokenMs,
      principal.expiresAtMs ?? Infinity,
    );
    this.#remembered.set(token, { principal, untilMs });
  }

  /** `wasKnown`: it was right not long ago, so that nobody is guessing. */
  #verify(token: string, peer: Peer, wasKnown: boolean): Awaitable<Principal> {
    if (token.length > this.#options.limits.tokenLengthMax) throw this.#invalid(peer);
    if (!wasKnown && !this.#addresses.mayTry(peer.address)) throw this.#tooMany("from this address");
    // An API key may come in the form that SDKs are given, which they unwrap themselves.
    const inner = parseApiKeyToken(token) === undefined ? (parseCredential(token)?.apiKey ?? token) : token;
    const key = parseApiKeyToken(inner);
    if (key !== undefined) return this.#verifyKey(key, peer, wasKnown);
    const keyId = readKeyId(inner);
    if (keyId === undefined) throw this.#invalid(peer, /^bearer /i.test(token) ? WITHOUT_SCHEME : "");
    return this.#verifySigned(inner, keyId, peer);
  }

  #verifyKey(key: ApiKeyToken, peer: Peer, wasKnown: boolean): Awaitable<Principal> {
    if (!wasKnown && !this.#keys.mayTry(key.id)) throw this.#tooMany("for this key");
    return andThen(this.#options.catalog.apiKeys.find(key.id), (record) => {
      // One answer for an unknown id and a wrong secret.
      if (record === undefined || !secretMatches(record, key.secret)) {
        this.#keys.failed(key.id);
        throw this.#invalid(peer);
      }
      this.#demandNotExpired(record.expiresAtMs);
      return this.#maker.ofKey(record, { mayIssue: true, signedBy: "" });
    });
  }

  async #verifySigned(token: string, keyId: string, peer: Peer): Promise<Principal> {
    const { catalog, clock } = this.#options;
    const key = await catalog.signingKeys.find(keyId);
    const nowMs = clock.nowMs();
    if (key === undefined || (key.expiresAtMs ?? Infinity) <= nowMs) throw this.#invalid(peer);
    const claims = await verifyToken(token, key, nowMs);
    if (claims === undefined) throw this.#invalid(peer);
    this.#demandNotExpired(claims.expiresAtMs);
    const principal = await this.#maker.ofClaims(claims, keyId);
    if (principal === undefined || (await isRevoked(catalog, principal))) {
      this.failures.revoked++;
      throw new ServiceError("unauthenticated", "The token was revoked.");
    }
    this.#demandNotExpired(principal.expiresAtMs);
    // What a key has signed is valid no longer than the key: it must end by itself, in memory and on live streams.
    const untilMs = Math.min(principal.expiresAtMs ?? Infinity, key.expiresAtMs ?? Infinity);
    return untilMs === Infinity ? principal : { ...principal, expiresAtMs: untilMs };
  }

  #demandNotExpired(expiresAtMs: number | undefined): void {
    if (expiresAtMs === undefined || this.#options.clock.nowMs() < expiresAtMs) return;
    this.failures.expired++;
    throw new ServiceError("unauthenticated", "The token has expired.");
  }

  #invalid({ address }: Peer, hint = ""): ServiceError {
    this.#addresses.failed(address);
    this.failures.invalid++;
    return new ServiceError("unauthenticated", `The API key or token is not valid.${hint}`);
  }

  #tooMany(where: string): ServiceError {
    this.failures.too_many_failures++;
    return new ServiceError(
      "resource_exhausted",
      `Too many operations with wrong keys or tokens ${where}; try again in a minute.`,
      { limit: "operations_rate_limit_exceeded" },
    );
  }
}

/** The mistake that is made most. */
const WITHOUT_SCHEME = ' It stands in the authorization header without a scheme, such as "Bearer", in front.';

function missingKey(): ServiceError {
  return new ServiceError("unauthenticated", "An API key is needed, in the authorization header.");
}

function notFromHere(): ServiceError {
  return new ServiceError(
    "permission_denied",
    "Insufficient permissions: without an API key this server answers only requests whose Host and Origin are loopback " +
      "(localhost, 127.0.0.1, [::1]), which keeps web pages of strangers out (DNS rebinding). Bring an API key.",
  );
}

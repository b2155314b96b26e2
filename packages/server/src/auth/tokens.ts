// Signs and verifies JSON Web Tokens, with HMAC-SHA-256 and nothing else: which algorithm it is, is never the token's to say (RFC 8725 3.1).

import { type JWTPayload, SignJWT, decodeProtectedHeader, jwtVerify } from "jose";
import type { SigningKeyRecord } from "../ports/catalog.js";
import { type TokenClaims, parsePayload, toPayload } from "./token-claims.js";

const ALGORITHM = "HS256";

/** Clocks of those who sign for themselves may be ahead by so much. That a token has expired is not put off. */
export const CLOCK_SKEW_SECONDS_MAX = 60;

const KEY_ID = /^[0-9a-z]{1,64}$/;

function toSecret(key: SigningKeyRecord): Uint8Array {
  return Buffer.from(key.secret, "base64url");
}

/** `endpoint` is for claims that hold one. */
export function signToken(claims: TokenClaims, key: SigningKeyRecord, endpoint: string): Promise<string> {
  return new SignJWT(toPayload(claims, endpoint))
    .setProtectedHeader({ alg: ALGORITHM, typ: "JWT", kid: key.id })
    .sign(toSecret(key));
}

/** The `kid` of a token; undefined when it is no JWT with one. Nothing is verified. */
export function readKeyId(token: string): string | undefined {
  try {
    const { kid } = decodeProtectedHeader(token);
    return typeof kid === "string" && KEY_ID.test(kid) ? kid : undefined;
  } catch {
    return undefined;
  }
}

/** What the token says, when `key` has signed it and its time has begun; undefined otherwise. Whether it has expired is not looked at. */
export async function verifyToken(
  token: string,
  key: SigningKeyRecord,
  nowMs: number,
): Promise<TokenClaims | undefined> {
  let payload: JWTPayload;
  try {
    ({ payload } = await jwtVerify(token, toSecret(key), {
      algorithms: [ALGORITHM],
      clockTolerance: CLOCK_SKEW_SECONDS_MAX,
      currentDate: new Date(nowMs),
    }));
  } catch {
    return undefined;
  }
  const claims = parsePayload(payload);
  if (claims === undefined || claims.issuedAtMs > nowMs + CLOCK_SKEW_SECONDS_MAX * 1000) return undefined;
  // Whoever was given a key of their own may sign what is short-lived and no more.
  if (key.use === "holder" && claims.kind !== "disposable") return undefined;
  return claims;
}

// The signing keys of control_client.ScsControl (wire-contract.md 4.3): with one, a back end signs disposable tokens itself.

import { create, toBinary } from "@bufbuild/protobuf";
import {
  _CreateSigningKeyRequestSchema,
  _CreateSigningKeyResponseSchema,
  _ListSigningKeysRequestSchema,
  _ListSigningKeysResponseSchema,
  _RevokeSigningKeyRequestSchema,
} from "@subito/wire/controlclient";
import { authorizeIssueTokens } from "../../auth/authorize.js";
import type { SigningKeys } from "../../control/signing-keys.js";
import { ServiceError } from "../../kernel/errors.js";
import type { SigningKeyRecord } from "../../ports/catalog.js";
import type { UnaryMethod } from "../../rpc/methods.js";
import { toSeconds } from "./auth.js";
import { authorized } from "./authorized.js";
import type { Caller } from "./caller.js";

export function createSigningKeyMethods(
  signingKeys: SigningKeys,
  caller: Caller,
): Record<"CreateSigningKey" | "RevokeSigningKey" | "ListSigningKeys", UnaryMethod> {
  const mayIssue = authorizeIssueTokens;
  return {
    CreateSigningKey: authorized(caller, _CreateSigningKeyRequestSchema, mayIssue, async (grant, request) => {
      if (request.ttlMinutes === 0) {
        throw new ServiceError("invalid_argument", "A signing key lives for a minute at least.");
      }
      const key = await signingKeys.create(grant, request.ttlMinutes * 60_000);
      const answer = { key: toJwk(key), expiresAt: toSeconds(key.expiresAtMs) };
      return toBinary(_CreateSigningKeyResponseSchema, create(_CreateSigningKeyResponseSchema, answer));
    }),
    RevokeSigningKey: authorized(caller, _RevokeSigningKeyRequestSchema, mayIssue, async (grant, request) => {
      await signingKeys.revoke(grant, request.keyId);
      return new Uint8Array(0);
    }),
    ListSigningKeys: authorized(caller, _ListSigningKeysRequestSchema, mayIssue, async (grant) => {
      const keys = await signingKeys.list(grant);
      const signingKey = keys.map(({ id, expiresAtMs }) => ({
        keyId: id,
        expiresAt: toSeconds(expiresAtMs),
      }));
      return toBinary(_ListSigningKeysResponseSchema, create(_ListSigningKeysResponseSchema, { signingKey }));
    }),
  };
}

/** A JSON Web Key (RFC 7517, RFC 7518 6.4). */
function toJwk({ id, secret }: SigningKeyRecord): string {
  return JSON.stringify({ kty: "oct", use: "sig", alg: "HS256", kid: id, k: secret });
}

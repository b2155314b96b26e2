// auth.Auth and token.Token: API keys and disposable tokens (wire-contract.md 4.4). The caller's token stands in the request.

import { create, toBinary } from "@bufbuild/protobuf";
import {
  _GenerateApiTokenRequestSchema,
  type _GenerateApiTokenRequest,
  _GenerateApiTokenResponseSchema,
  _RefreshApiTokenRequestSchema,
  _RefreshApiTokenResponseSchema,
} from "@subito/wire/auth";
import {
  _GenerateDisposableTokenRequestSchema,
  _GenerateDisposableTokenResponseSchema,
} from "@subito/wire/token";
import { authorizeIssueTokens, authorizeManageAccess, authorizeRefreshKey } from "../../auth/authorize.js";
import type { ApiKeys, RefreshableKey } from "../../control/api-keys.js";
import type { Tokens } from "../../control/tokens.js";
import type { Clock } from "../../kernel/clock.js";
import { ServiceError } from "../../kernel/errors.js";
import type { UnaryMethod } from "../../rpc/methods.js";
import type { Caller } from "./caller.js";
import { parseMessage } from "./parse-request.js";
import { toPermissions } from "./permissions.js";

export interface AuthMethodsOptions {
  readonly apiKeys: ApiKeys;
  readonly tokens: Tokens;
  readonly caller: Caller;
  readonly clock: Clock;
  /** Where clients find this server, for the keys that SDKs make of it. */
  readonly endpoint: () => string;
}

export function createAuthMethods(
  options: AuthMethodsOptions,
): Record<"GenerateApiToken" | "RefreshApiToken", UnaryMethod> {
  const { apiKeys, caller } = options;
  return {
    GenerateApiToken: {
      kind: "unary",
      async handle(context, bytes) {
        const request = parseMessage(_GenerateApiTokenRequestSchema, bytes);
        const principal = await caller.authenticateBody(context, request.authToken);
        const { description, tokenId } = request;
        const facts = { description, tokenId, form: "v1" } as const;
        const permissions = toPermissions(request.permissions);
        const toExpiry = (): number | undefined => expiryOf(request, options.clock.nowMs());
        const made =
          permissions === "super_user"
            ? await apiKeys.createSuperUser(authorizeManageAccess(principal), {
                ...facts,
                expiresAtMs: toExpiry(),
              })
            : await apiKeys.createWithRules(authorizeIssueTokens(principal), {
                ...facts,
                expiresAtMs: toExpiry(),
                permissions,
              });
        return toBinary(
          _GenerateApiTokenResponseSchema,
          create(_GenerateApiTokenResponseSchema, toAnswer(made)),
        );
      },
    },
    RefreshApiToken: {
      kind: "unary",
      async handle(context, bytes) {
        const request = parseMessage(_RefreshApiTokenRequestSchema, bytes);
        const principal = await caller.authenticateBody(context, request.apiKey);
        const made = await apiKeys.refresh(authorizeRefreshKey(principal), request.refreshToken);
        return toBinary(
          _RefreshApiTokenResponseSchema,
          create(_RefreshApiTokenResponseSchema, toAnswer(made)),
        );
      },
    },
  };

  function toAnswer({ token, refreshToken, record }: RefreshableKey) {
    const { expiresAtMs } = record;
    return { apiKey: token, refreshToken, endpoint: options.endpoint(), validUntil: toSeconds(expiresAtMs) };
  }
}

export function createTokenMethods({
  tokens,
  caller,
  endpoint,
}: AuthMethodsOptions): Record<"GenerateDisposableToken", UnaryMethod> {
  return {
    GenerateDisposableToken: {
      kind: "unary",
      async handle(context, bytes) {
        const request = parseMessage(_GenerateDisposableTokenRequestSchema, bytes);
        const principal = await caller.authenticateBody(context, request.authToken);
        const grant = authorizeIssueTokens(principal);
        const permissions = toPermissions(request.permissions);
        if (permissions === "super_user") {
          throw new ServiceError("invalid_argument", "A disposable token cannot be a super user's.");
        }
        const { tokenId } = request;
        const lifetimeSeconds = request.expires?.validForSeconds ?? 0;
        const made = await tokens.createDisposable(grant, { permissions, tokenId, lifetimeSeconds });
        const answer = { apiKey: made.token, endpoint: endpoint(), validUntil: toSeconds(made.expiresAtMs) };
        return toBinary(
          _GenerateDisposableTokenResponseSchema,
          create(_GenerateDisposableTokenResponseSchema, answer),
        );
      },
    },
  };
}

function expiryOf({ expiry }: _GenerateApiTokenRequest, nowMs: number): number | undefined {
  switch (expiry.case) {
    case "never":
      return undefined;
    case "expires":
      if (expiry.value.validForSeconds > 0) return nowMs + expiry.value.validForSeconds * 1000;
      throw new ServiceError("invalid_argument", "A key that expires lives for a second at least.");
    case undefined:
      throw new ServiceError("invalid_argument", "The request does not say when the key expires.");
  }
}

/** 0: never. */
export function toSeconds(expiresAtMs: number | undefined): bigint {
  return BigInt(Math.floor((expiresAtMs ?? 0) / 1000));
}

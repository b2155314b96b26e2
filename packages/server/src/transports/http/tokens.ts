// Short-lived tokens over HTTP, for back ends without an SDK, and the revoking of them. Subito's own: Momento has gRPC only.

import { formatCredential } from "../../auth/api-key.js";
import { authorizeIssueTokens, authorizeListAccess, authorizeManageAccess } from "../../auth/authorize.js";
import type { RevocationTarget } from "../../auth/revocations.js";
import type { ApiKeys } from "../../control/api-keys.js";
import type { Revocations } from "../../control/revocations.js";
import type { NewToken, Tokens } from "../../control/tokens.js";
import { ServiceError } from "../../kernel/errors.js";
import { parsePermissionSet } from "../../ports/parse-permissions.js";
import { type HttpResponse, jsonResponse } from "../../rpc/http-message.js";
import type { HttpCaller } from "./caller.js";
import { type JsonObject, checkFields, parseJsonObject, readEpochSeconds, readText } from "./json-body.js";
import { TOKEN } from "./query.js";
import type { Route } from "./routes.js";

export interface TokenRoutesOptions {
  readonly tokens: Tokens;
  readonly apiKeys: ApiKeys;
  readonly revocations: Revocations;
  readonly caller: HttpCaller;
  readonly jsonBodyBytesMax: number;
  /** Where clients find this server. */
  readonly endpoint: () => string;
}

export function createTokenRoutes(options: TokenRoutesOptions): Route[] {
  const { tokens, apiKeys, revocations, caller, jsonBodyBytesMax, endpoint } = options;
  return [
    {
      method: "POST",
      path: "/tokens",
      query: TOKEN,
      async handle(request) {
        const principal = await caller.authenticate(request);
        const body = parseJsonObject(request.body, jsonBodyBytesMax);
        checkFields(body, ["expires_in_seconds", "permissions", "token_id", "role_id"]);
        const isSession = body["role_id"] !== undefined;
        if (isSession) checkSession(body);
        const lifetimeSeconds = readSeconds(body, "expires_in_seconds");
        if (isSession) {
          const session = { roleId: readText(body, "role_id"), lifetimeSeconds };
          const made = await tokens.createSession(authorizeManageAccess(principal), session);
          return toResponse(made, endpoint());
        }
        const grant = authorizeIssueTokens(principal);
        const permissions = parsePermissionSet(body["permissions"]);
        const tokenId = readTokenId(body);
        const made = await tokens.createDisposable(grant, { permissions, tokenId, lifetimeSeconds });
        return toResponse(made, endpoint());
      },
    },
    {
      method: "POST",
      path: "/revocations",
      query: TOKEN,
      async handle(request) {
        const grant = authorizeManageAccess(await caller.authenticate(request));
        const body = parseJsonObject(request.body, jsonBodyBytesMax);
        checkFields(body, ["token_id", "issued_by_key", "issued_before_epoch_seconds", "api_keys"]);
        const issuedBeforeMs = readEpochSeconds(body, "issued_before_epoch_seconds");
        const target = parseTarget(body, issuedBeforeMs !== undefined);
        if (readFlag(body, "api_keys")) {
          if (!("everything" in target) || issuedBeforeMs === undefined) throw onlyAll();
          await apiKeys.revokeCreatedBefore(grant, issuedBeforeMs);
        }
        await revocations.revoke(grant, target, issuedBeforeMs);
        return jsonResponse(200, {});
      },
    },
    {
      method: "GET",
      path: "/revocations",
      query: TOKEN,
      async handle(request) {
        const grant = authorizeListAccess(await caller.authenticate(request));
        const records = await revocations.list(grant);
        const toJson = ({ id, issuedBeforeMs }: (typeof records)[number]): JsonObject => ({
          revoked: id,
          issued_before_epoch_seconds: issuedBeforeMs / 1000,
        });
        return jsonResponse(200, { revocations: records.map(toJson) });
      },
    },
  ];
}

function toResponse({ token, expiresAtMs }: NewToken, endpoint: string): HttpResponse {
  return jsonResponse(200, {
    token,
    endpoint,
    // What SDKs take as an API key (wire-contract.md 3.1).
    credential: formatCredential({ endpoint, apiKey: token }),
    expires_at_epoch_seconds: Math.floor(expiresAtMs / 1000),
  });
}

function checkSession(body: JsonObject): void {
  const surplus = ["permissions", "token_id"].find((name) => body[name] !== undefined);
  if (surplus === undefined) return;
  throw new ServiceError(
    "invalid_argument",
    `Give role_id or ${surplus}, not both: a session may what its role may, and has no id of its own.`,
  );
}

/** None where it is left out: an empty one would be dropped without a word, and could not be revoked. */
function readTokenId(body: JsonObject): string {
  const tokenId = readText(body, "token_id", "");
  if (tokenId !== "" || body["token_id"] !== "") return tokenId;
  throw new ServiceError(
    "invalid_argument",
    "token_id is empty: give a name, or leave it out for a token without.",
  );
}

function readSeconds(body: JsonObject, name: string): number {
  const value = body[name];
  if (typeof value === "number" && Number.isSafeInteger(value)) return value;
  throw new ServiceError("invalid_argument", `${name} is needed, as a whole number.`);
}

function readFlag(body: JsonObject, name: string): boolean {
  const value = body[name] ?? false;
  if (typeof value === "boolean") return value;
  throw new ServiceError("invalid_argument", `${name} is true or false.`);
}

function parseTarget(body: JsonObject, hasTime: boolean): RevocationTarget {
  if (body["token_id"] !== undefined && body["issued_by_key"] !== undefined) {
    throw new ServiceError("invalid_argument", "Give token_id or issued_by_key, in a request each.");
  }
  if (body["token_id"] !== undefined) return { tokenId: checkId(readText(body, "token_id")) };
  if (body["issued_by_key"] !== undefined) return { issuedByKey: checkId(readText(body, "issued_by_key")) };
  if (hasTime) return { everything: true };
  throw new ServiceError(
    "invalid_argument",
    "token_id, issued_by_key or issued_before_epoch_seconds is needed: what is to be revoked.",
  );
}

/** Longer than any id can be: nothing has it. */
const ID_LENGTH_MAX = 64;

function checkId(id: string): string {
  if (id !== "" && id.length <= ID_LENGTH_MAX) return id;
  throw new ServiceError("invalid_argument", `An id has 1 to ${ID_LENGTH_MAX} characters.`);
}

function onlyAll(): ServiceError {
  return new ServiceError("invalid_argument", "api_keys is taken with issued_before_epoch_seconds alone.");
}

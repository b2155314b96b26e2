// API keys over HTTP (wire-contract.md 7.2).

import { formatCredential } from "../../auth/api-key.js";
import { authorizeListAccess, authorizeManageAccess } from "../../auth/authorize.js";
import type { ApiKeyRequest, ApiKeys, KeyForm } from "../../control/api-keys.js";
import { ServiceError } from "../../kernel/errors.js";
import type { ApiKeyRecord } from "../../ports/catalog.js";
import { jsonResponse } from "../../rpc/http-message.js";
import type { HttpCaller } from "./caller.js";
import { type JsonObject, checkFields, parseJsonObject, readEpochSeconds, readText } from "./json-body.js";
import { PAGE_FIELDS, toPage } from "./pages.js";
import { TOKEN } from "./query.js";
import type { Route } from "./routes.js";

export interface ApiKeyRoutesOptions {
  readonly apiKeys: ApiKeys;
  readonly caller: HttpCaller;
  readonly jsonBodyBytesMax: number;
  /** Where clients find this server. */
  readonly endpoint: () => string;
}

export function createApiKeyRoutes(options: ApiKeyRoutesOptions): Route[] {
  const { apiKeys, caller, jsonBodyBytesMax, endpoint } = options;
  return [
    {
      method: "POST",
      path: "/api-keys",
      query: TOKEN,
      async handle(request) {
        const grant = authorizeManageAccess(await caller.authenticate(request));
        const spec = parseCreateRequest(parseJsonObject(request.body, jsonBodyBytesMax));
        const { record, token } = await apiKeys.create(grant, spec);
        return jsonResponse(200, {
          api_key: token,
          endpoint: endpoint(),
          // What SDKs take as an API key (wire-contract.md 3.1).
          credential: formatCredential({ endpoint: endpoint(), apiKey: token }),
          key_info: toKeyInfo(record),
        });
      },
    },
    {
      method: "GET",
      path: "/api-keys",
      query: { ...PAGE_FIELDS, ...TOKEN },
      async handle(request) {
        const grant = authorizeListAccess(await caller.authenticate(request));
        const { page, next } = toPage(await apiKeys.list(grant), request.query);
        return jsonResponse(200, { key_info: page.map(toKeyInfo), ...next });
      },
    },
    {
      method: "DELETE",
      path: "/api-keys/{keyId}",
      query: TOKEN,
      async handle(request, [keyId = ""]) {
        const grant = authorizeManageAccess(await caller.authenticate(request));
        await apiKeys.revoke(grant, keyId);
        return jsonResponse(200, {});
      },
    },
  ];
}

export function toKeyInfo(record: ApiKeyRecord): Record<string, string | number> {
  const { id, description, access, createdAtMs, expiresAtMs } = record;
  return {
    key_id: id,
    account_id: "",
    description,
    // Keys of GenerateApiToken have permissions of their own, and no role.
    role_id: "roleId" in access ? access.roleId : "",
    issued_at_epoch_seconds: Math.floor(createdAtMs / 1000),
    ...(expiresAtMs === undefined ? {} : { expires_at_epoch_seconds: Math.floor(expiresAtMs / 1000) }),
  };
}

function parseCreateRequest(body: JsonObject): ApiKeyRequest & { readonly roleId: string } {
  checkFields(body, ["role_id", "description", "expiry", "form"]);
  const facts = { roleId: readText(body, "role_id"), description: readText(body, "description") };
  const form = parseForm(readText(body, "form", "v2"));
  if (body["expiry"] === "never") return { ...facts, form, expiresAtMs: undefined };
  const expiresAtMs = readEpochSeconds(body, "expiry");
  if (expiresAtMs !== undefined) return { ...facts, form, expiresAtMs };
  throw new ServiceError("invalid_argument", 'expiry is needed: "never" or a time in seconds since 1970.');
}

function parseForm(text: string): KeyForm {
  if (text === "v1" || text === "v2" || text === "legacy") return text;
  throw new ServiceError("invalid_argument", 'form is "v2" (the default), "v1" or "legacy".');
}

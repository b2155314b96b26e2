// API keys over HTTP (wire-contract.md 7.2). One role exists so far: the owner, who may do everything.

import { authorizeManageKeys } from "../../auth/authorize.js";
import type { ApiKeys } from "../../control/api-keys.js";
import { ServiceError } from "../../kernel/errors.js";
import type { ApiKeyRecord } from "../../ports/catalog.js";
import { jsonResponse } from "../../rpc/http-message.js";
import type { HttpCaller } from "./caller.js";
import { parseJsonObject } from "./json-body.js";
import type { Route } from "./routes.js";

const OWNER_ROLE_ID = "owner";

export function createApiKeyRoutes(apiKeys: ApiKeys, caller: HttpCaller, jsonBodyBytesMax: number): Route[] {
  return [
    {
      method: "POST",
      path: "/api-keys",
      async handle(request) {
        const grant = authorizeManageKeys(await caller.authenticate(request));
        const { description, expiresAtMs } = parseCreateRequest(
          parseJsonObject(request.body, jsonBodyBytesMax),
        );
        const { record, token } = await apiKeys.create(grant, { description, expiresAtMs });
        return jsonResponse(200, { api_key: token, key_info: toKeyInfo(record) });
      },
    },
    {
      method: "GET",
      path: "/api-keys",
      async handle(request) {
        const grant = authorizeManageKeys(await caller.authenticate(request));
        const records = await apiKeys.list(grant);
        return jsonResponse(200, { key_info: records.map(toKeyInfo) });
      },
    },
    {
      method: "DELETE",
      path: "/api-keys/{keyId}",
      async handle(request, [keyId = ""]) {
        const grant = authorizeManageKeys(await caller.authenticate(request));
        await apiKeys.revoke(grant, keyId);
        return jsonResponse(200, {});
      },
    },
  ];
}

function toKeyInfo(record: ApiKeyRecord): Record<string, string | number> {
  return {
    key_id: record.id,
    account_id: "",
    description: record.description,
    role_id: OWNER_ROLE_ID,
    issued_at_epoch_seconds: Math.floor(record.createdAtMs / 1000),
    ...(record.expiresAtMs === undefined
      ? {}
      : { expires_at_epoch_seconds: Math.floor(record.expiresAtMs / 1000) }),
  };
}

function parseCreateRequest(
  body: Readonly<Record<string, unknown>>,
): Pick<ApiKeyRecord, "description"> & { expiresAtMs: number | undefined } {
  const { role_id: roleId, description, expiry } = body;
  if (typeof roleId !== "string" || typeof description !== "string") {
    throw new ServiceError("invalid_argument", "role_id and description are needed, as texts.");
  }
  if (roleId !== OWNER_ROLE_ID) {
    throw new ServiceError("not_found", `There is no role "${roleId}"; this version has "${OWNER_ROLE_ID}".`);
  }
  if (expiry === "never") return { description, expiresAtMs: undefined };
  // As milliseconds it is kept, and read back only when they are a whole number too.
  const isTime =
    typeof expiry === "number" && Number.isSafeInteger(expiry) && Number.isSafeInteger(expiry * 1000);
  if (!isTime || expiry <= 0) {
    throw new ServiceError("invalid_argument", 'expiry is needed: "never" or a time in epoch seconds.');
  }
  return { description, expiresAtMs: expiry * 1000 };
}

// Roles over HTTP (wire-contract.md 7.2).

import { authorizeListAccess, authorizeManageAccess } from "../../auth/authorize.js";
import type { Role, RoleRequest, Roles } from "../../control/roles.js";
import { ServiceError } from "../../kernel/errors.js";
import { parsePermissionSet } from "../../ports/parse-permissions.js";
import type { ManagementType, PermissionSet, Rule } from "../../ports/permissions.js";
import { jsonResponse } from "../../rpc/http-message.js";
import { toKeyInfo } from "./api-keys.js";
import type { HttpCaller } from "./caller.js";
import { type JsonObject, checkFields, parseJsonObject, readText } from "./json-body.js";
import { PAGE_FIELDS, toPage } from "./pages.js";
import { TOKEN } from "./query.js";
import type { Route } from "./routes.js";

export function createRoleRoutes(roles: Roles, caller: HttpCaller, jsonBodyBytesMax: number): Route[] {
  return [
    {
      method: "GET",
      path: "/roles",
      query: { type: "once", ...PAGE_FIELDS, ...TOKEN },
      async handle(request) {
        const grant = authorizeListAccess(await caller.authenticate(request));
        const type = request.query.get("type");
        if (type !== null && type !== "system" && type !== "custom") {
          throw new ServiceError("invalid_argument", 'type is "system" or "custom".');
        }
        const all = await roles.list(grant);
        const { page, next } = toPage(
          all.filter((role) => type === null || role.type === type),
          request.query,
        );
        return jsonResponse(200, { roles: page.map(toJson), ...next });
      },
    },
    {
      method: "POST",
      path: "/roles",
      query: TOKEN,
      async handle(request) {
        const grant = authorizeManageAccess(await caller.authenticate(request));
        const role = await roles.create(grant, parseRole(parseJsonObject(request.body, jsonBodyBytesMax)));
        return jsonResponse(200, toJson(role));
      },
    },
    {
      method: "PUT",
      path: "/roles/{roleId}",
      query: TOKEN,
      async handle(request, [roleId = ""]) {
        const grant = authorizeManageAccess(await caller.authenticate(request));
        const body = parseRole(parseJsonObject(request.body, jsonBodyBytesMax));
        return jsonResponse(200, toJson(await roles.change(grant, roleId, body)));
      },
    },
    {
      method: "DELETE",
      path: "/roles/{roleId}",
      query: TOKEN,
      async handle(request, [roleId = ""]) {
        const grant = authorizeManageAccess(await caller.authenticate(request));
        const users = await roles.delete(grant, roleId);
        if (users.length === 0) return jsonResponse(200, { status: "deleted" });
        const blocked = { account_members: [], invitations: [], api_keys: users.map(toKeyInfo) };
        return jsonResponse(200, { status: "blocked", ...blocked });
      },
    },
  ];
}

function parseRole(body: JsonObject): RoleRequest {
  checkFields(body, ["role_name", "description", "permissions"]);
  const description = body["description"] === undefined ? undefined : readText(body, "description");
  const permissions = parsePermissionSet(body["permissions"]);
  return { name: readText(body, "role_name"), description, permissions };
}

function toJson({ id, name, type, description, permissions }: Role): JsonObject {
  return {
    role_id: id,
    role_name: name,
    role_type: type,
    description,
    permissions: toPermissionsJson(permissions),
  };
}

/** Rules about the server itself say what they are about, though there is nothing to choose. */
const WHOLE: Readonly<Record<ManagementType, JsonObject>> = {
  account_management: {},
  auth_management: { items: "*" },
  resource_management: { resources: "*" },
};

function toPermissionsJson({ rules, ...others }: PermissionSet): JsonObject {
  const toRuleJson = (rule: Rule): JsonObject => {
    switch (rule.type) {
      case "account_management":
      case "auth_management":
      case "resource_management":
        return { ...rule, ...WHOLE[rule.type] };
      case "cache":
      case "topic":
      case "function":
        return { ...rule };
    }
  };
  return { rules: rules.map(toRuleJson), ...others };
}

// The roles that every server has (wire-contract.md 6.2). They cannot be changed.

import type { AccessVerb, PermissionSet, Rule } from "../ports/permissions.js";

export interface SystemRole {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly permissions: PermissionSet;
}

const everything: readonly AccessVerb[] = ["read", "write", "list"];
const look: readonly AccessVerb[] = ["read", "list"];

function data(permissions: readonly AccessVerb[]): Rule[] {
  return [
    { type: "cache", permissions, caches: "*", items: "*" },
    { type: "topic", permissions, caches: "*", topics: "*" },
  ];
}

const invoke: Rule = { type: "function", permissions: ["invoke"], caches: "*", functions: "*" };

export const OWNER: SystemRole = {
  id: "owner",
  name: "Owner",
  description: "Everything.",
  permissions: {
    rules: [
      { type: "account_management", permissions: everything },
      { type: "auth_management", permissions: everything },
      { type: "resource_management", permissions: everything },
      ...data(everything),
      invoke,
    ],
  },
};

const OPERATOR: SystemRole = {
  id: "operator",
  name: "Operator",
  description: "Caches and what is in them, topics, metrics; neither keys nor roles.",
  permissions: {
    rules: [{ type: "resource_management", permissions: everything }, ...data(everything), invoke],
  },
};

const VIEWER: SystemRole = {
  id: "viewer",
  name: "Viewer",
  description: "Sees everything and changes nothing.",
  permissions: {
    rules: [
      { type: "account_management", permissions: look },
      { type: "auth_management", permissions: look },
      { type: "resource_management", permissions: look },
      ...data(look),
    ],
  },
};

export const SYSTEM_ROLES: readonly SystemRole[] = [OWNER, OPERATOR, VIEWER];

export function findSystemRole(id: string): SystemRole | undefined {
  return SYSTEM_ROLES.find((role) => role.id === id);
}

// What can be done here, and what each needs: the table behind authorize.ts. docs/reference/permissions.md shows it.

import type { AccessVerb, CacheSelector, ManagementType, TopicSelector } from "../ports/permissions.js";
import type { Principal } from "./principal.js";

/** Of actions on the server itself. */
export interface ManagementNeed {
  readonly type: ManagementType;
  readonly verb: AccessVerb;
  /** A super user (wire-contract.md 6.1) may it without a rule. */
  readonly superUser: boolean;
  /** What is done, for messages and docs. */
  readonly words: string;
}

export const MANAGEMENT_ACTIONS = {
  manage_caches: {
    type: "resource_management",
    verb: "write",
    superUser: true,
    words: "create, delete and flush caches",
  },
  list_caches: { type: "resource_management", verb: "list", superUser: true, words: "list caches" },
  read_metrics: {
    type: "resource_management",
    verb: "read",
    superUser: true,
    words: "read the server's metrics",
  },
  issue_tokens: {
    type: "auth_management",
    verb: "write",
    superUser: true,
    words: "make disposable tokens, API keys with rules of their own, and signing keys",
  },
  manage_access: {
    type: "auth_management",
    verb: "write",
    superUser: false,
    words: "make API keys and sessions of a role, super users, roles, and revoke",
  },
  list_access: {
    type: "auth_management",
    verb: "list",
    superUser: false,
    words: "list API keys, roles and revocations",
  },
} as const satisfies Readonly<Record<string, ManagementNeed>>;

export type ManagementAction = keyof typeof MANAGEMENT_ACTIONS;

/** Actions on topics: the verb that a topic rule must have. A super user may them all. */
export const TOPIC_ACTIONS = { publish: "write", subscribe: "read" } as const;

export type TopicAction = keyof typeof TOPIC_ACTIONS;

export function mayManage({ superUser, rules }: Principal, action: ManagementAction): boolean {
  const need: ManagementNeed = MANAGEMENT_ACTIONS[action];
  if (superUser && need.superUser) return true;
  return rules.some((rule) => rule.type === need.type && rule.permissions.includes(need.verb));
}

/** On the way of every publish and subscribe. */
export function mayUseTopic(
  { superUser, rules }: Principal,
  action: TopicAction,
  cacheName: string,
  topicName: string,
): boolean {
  if (superUser) return true;
  const verb = TOPIC_ACTIONS[action];
  for (const rule of rules) {
    if (rule.type !== "topic" || !rule.permissions.includes(verb)) continue;
    if (selectsCache(rule.caches, cacheName) && selectsTopic(rule.topics, topicName)) return true;
  }
  return false;
}

function selectsCache(selector: CacheSelector, name: string): boolean {
  return selector === "*" || selector.name === name;
}

function selectsTopic(selector: TopicSelector, name: string): boolean {
  if (selector === "*") return true;
  return "prefix" in selector ? name.startsWith(selector.prefix) : selector.name === name;
}

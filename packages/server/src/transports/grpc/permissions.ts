// Permissions out of requests (wire-contract.md 4.4, 6.1): their roles become the verbs of rules.

import { isUtf8 } from "node:buffer";
import type { Permissions, PermissionsType } from "@subito/wire/permissionmessages";
import { CacheRole, FunctionRole, TopicRole } from "@subito/wire/permissionmessages";
import { ServiceError } from "../../kernel/errors.js";
import { RULES_MAX, parsePermissionSet } from "../../ports/parse-permissions.js";
import type {
  AccessVerb,
  CacheSelector,
  ItemSelector,
  PermissionSet,
  Rule,
  TopicSelector,
} from "../../ports/permissions.js";

const CACHE_VERBS: Readonly<Record<CacheRole, readonly AccessVerb[]>> = {
  [CacheRole.CachePermitNone]: [],
  [CacheRole.CacheReadWrite]: ["read", "write"],
  [CacheRole.CacheReadOnly]: ["read"],
  [CacheRole.CacheWriteOnly]: ["write"],
};

const TOPIC_VERBS: Readonly<Record<TopicRole, readonly AccessVerb[]>> = {
  [TopicRole.TopicPermitNone]: [],
  [TopicRole.TopicReadWrite]: ["read", "write"],
  [TopicRole.TopicReadOnly]: ["read"],
  [TopicRole.TopicWriteOnly]: ["write"],
};

const FUNCTION_VERBS: Readonly<Record<FunctionRole, readonly "invoke"[]>> = {
  [FunctionRole.FunctionPermitNone]: [],
  [FunctionRole.FunctionInvoke]: ["invoke"],
};

/** What a request asks for; throws `invalid_argument`. Two rules for one thing with different roles contradict each other (6.2). */
export function toPermissions(permissions: Permissions | undefined): "super_user" | PermissionSet {
  const kind = permissions?.kind;
  if (kind?.case === "superUser") return "super_user";
  const entries = kind?.case === "explicit" ? kind.value.permissions : [];
  if (entries.length === 0) throw invalid("at least one permission is needed");
  if (entries.length > RULES_MAX) throw invalid(`at most ${RULES_MAX} permissions are taken`);
  const rules = entries.map(toRule);
  checkContradictions(rules);
  // Lengths and empty names are looked at where all rules are.
  return parsePermissionSet({ rules });
}

function toRule({ kind }: PermissionsType): Rule {
  switch (kind.case) {
    case "cachePermissions": {
      const { role, cache, cacheItem } = kind.value;
      const permissions = verbsOf(CACHE_VERBS, role);
      return { type: "cache", permissions, caches: toCaches(cache), items: toItems(cacheItem) };
    }
    case "topicPermissions": {
      const { role, cache, topic } = kind.value;
      const permissions = verbsOf(TOPIC_VERBS, role);
      return { type: "topic", permissions, caches: toCaches(cache), topics: toTopics(topic) };
    }
    case "functionPermissions": {
      const { role, cache, function: chosen } = kind.value;
      const permissions = verbsOf(FUNCTION_VERBS, role);
      return { type: "function", permissions, caches: toCaches(cache), functions: toFunctions(chosen) };
    }
    case undefined:
      throw invalid("one is neither for caches nor for topics nor for functions");
  }
}

function verbsOf<Verb>(table: Readonly<Record<number, readonly Verb[]>>, role: number): readonly Verb[] {
  const verbs = table[role];
  if (verbs === undefined) throw invalid(`there is no role ${role}`);
  return verbs;
}

type CacheChoice = Extract<PermissionsType["kind"], { case: "topicPermissions" }>["value"]["cache"];
type ItemChoice = Extract<PermissionsType["kind"], { case: "cachePermissions" }>["value"]["cacheItem"];
type TopicChoice = Extract<PermissionsType["kind"], { case: "topicPermissions" }>["value"]["topic"];
type FunctionChoice = Extract<PermissionsType["kind"], { case: "functionPermissions" }>["value"]["function"];

function toCaches(choice: CacheChoice): CacheSelector {
  if (choice.case === "allCaches") return "*";
  const name = choice.value?.kind.case === "cacheName" ? choice.value.kind.value : undefined;
  if (name === undefined) throw invalid("one names no cache");
  return { name };
}

/** Left out, it is all items: permissions of API keys never say (4.4). */
function toItems(choice: ItemChoice): ItemSelector {
  if (choice.case !== "itemSelector") return "*";
  const { kind } = choice.value;
  if (kind.case === undefined) throw invalid("one names no item");
  const isText = isUtf8(kind.value);
  const text = Buffer.from(kind.value).toString(isText ? "utf8" : "base64");
  if (kind.case === "key") return isText ? { key: text } : { key_base64: text };
  return isText ? { key_prefix: text } : { key_prefix_base64: text };
}

function toTopics(choice: TopicChoice): TopicSelector {
  if (choice.case === "allTopics") return "*";
  const kind = choice.value?.kind;
  if (kind?.case === "topicName") return { name: kind.value };
  if (kind?.case === "topicNamePrefix") return { prefix: kind.value };
  throw invalid("one names no topic");
}

function toFunctions(choice: FunctionChoice): TopicSelector {
  if (choice.case === "allFunctions") return "*";
  const kind = choice.value?.kind;
  if (kind?.case === "functionName") return { name: kind.value };
  if (kind?.case === "functionNamePrefix") return { prefix: kind.value };
  throw invalid("one names no function");
}

function checkContradictions(rules: readonly Rule[]): void {
  const verbsOfThing = new Map<string, string>();
  for (const { permissions, ...thing } of rules) {
    const key = JSON.stringify(thing);
    const verbs = permissions.join();
    const known = verbsOfThing.get(key);
    if (known !== undefined && known !== verbs)
      throw invalid("two with different roles are for the same thing");
    verbsOfThing.set(key, verbs);
  }
}

function invalid(what: string): ServiceError {
  return new ServiceError("invalid_argument", `The permissions are not valid: ${what}.`);
}

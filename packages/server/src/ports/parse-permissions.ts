// Permission sets out of JSON: of the catalog's file, of the roles API, of tokens. Every field is checked, and none is dropped.

import { isAddressBlock } from "../kernel/address-blocks.js";
import { ServiceError } from "../kernel/errors.js";
import type {
  AccessVerb,
  CacheSelector,
  IpFilter,
  ItemSelector,
  PermissionSet,
  Rule,
  TopicSelector,
} from "./permissions.js";

/** Rules and conditions of one set, blocks of one condition. */
export const RULES_MAX = 100;
/** Characters of a name, a key or a prefix in a selector: more than any name may have. */
const SELECTOR_LENGTH_MAX = 4096;

const VERBS: ReadonlySet<unknown> = new Set<AccessVerb>(["read", "write", "list"]);
const BASE64 = /^(?:[0-9A-Za-z+/]{4})*(?:[0-9A-Za-z+/]{2}==|[0-9A-Za-z+/]{3}=)?$/;

type JsonObject = Readonly<Record<string, unknown>>;

/** Throws ServiceError `invalid_argument`, which names what is wrong and where. */
export function parsePermissionSet(value: unknown): PermissionSet {
  const set = asObject(value, "permissions", ["rules", "conditions"]);
  const rules = asList(set["rules"], "rules").map((rule, i) => parseRule(rule, `rules[${i}]`));
  if (set["conditions"] === undefined) return { rules };
  const conditions = asList(set["conditions"], "conditions");
  return { rules, conditions: conditions.map((one, i) => parseCondition(one, `conditions[${i}]`)) };
}

function parseRule(value: unknown, at: string): Rule {
  const { type } = asObject(value, at);
  switch (type) {
    case "account_management":
      return { type, permissions: parseVerbs(asObject(value, at, ["type", "permissions"]), at) };
    case "auth_management": {
      const rule = asObject(value, at, ["type", "permissions", "items"]);
      demandAll(rule["items"], `${at}.items`);
      return { type, permissions: parseVerbs(rule, at) };
    }
    case "resource_management": {
      const rule = asObject(value, at, ["type", "permissions", "resources"]);
      demandAll(rule["resources"], `${at}.resources`);
      return { type, permissions: parseVerbs(rule, at) };
    }
    case "cache": {
      const rule = asObject(value, at, ["type", "permissions", "caches", "items"]);
      const permissions = parseVerbs(rule, at);
      return {
        type,
        permissions,
        caches: parseCaches(rule, at),
        items: parseItems(rule["items"], `${at}.items`),
      };
    }
    case "topic": {
      const rule = asObject(value, at, ["type", "permissions", "caches", "topics"]);
      const topics = parseNames(rule["topics"], `${at}.topics`);
      return { type, permissions: parseVerbs(rule, at), caches: parseCaches(rule, at), topics };
    }
    case "function": {
      const rule = asObject(value, at, ["type", "permissions", "caches", "functions"]);
      const verbs = asList(rule["permissions"], `${at}.permissions`);
      if (!verbs.every((verb) => verb === "invoke"))
        throw fault(`${at}.permissions`, 'is not a list of "invoke"');
      const functions = parseNames(rule["functions"], `${at}.functions`);
      return { type, permissions: verbs.map(() => "invoke"), caches: parseCaches(rule, at), functions };
    }
    default:
      throw fault(
        `${at}.type`,
        "is none of account_management, auth_management, resource_management, cache, topic, function",
      );
  }
}

function parseVerbs(rule: JsonObject, at: string): AccessVerb[] {
  const verbs = asList(rule["permissions"], `${at}.permissions`);
  if (!verbs.every((verb) => VERBS.has(verb)))
    throw fault(`${at}.permissions`, "is not a list of read, write, list");
  return [...new Set(verbs as AccessVerb[])];
}

function parseCaches(rule: JsonObject, at: string): CacheSelector {
  const value = rule["caches"];
  if (value === "*") return value;
  return { name: parseText(value, `${at}.caches`, "name") };
}

function parseNames(value: unknown, at: string): TopicSelector {
  if (value === "*") return value;
  const selector = asObject(value, at);
  if ("prefix" in selector) return { prefix: parseText(selector, at, "prefix") };
  return { name: parseText(selector, at, "name") };
}

function parseItems(value: unknown, at: string): ItemSelector {
  if (value === "*") return value;
  const selector = asObject(value, at);
  if ("key_prefix" in selector) return { key_prefix: parseText(selector, at, "key_prefix") };
  if ("key_base64" in selector) return { key_base64: parseBase64(selector, at, "key_base64") };
  if ("key_prefix_base64" in selector)
    return { key_prefix_base64: parseBase64(selector, at, "key_prefix_base64") };
  return { key: parseText(selector, at, "key") };
}

/** The one field of a selector. An empty prefix would be everything said in another way, which is easily overlooked. */
function parseText(value: unknown, at: string, field: string): string {
  const text = asObject(value, at, [field])[field];
  if (typeof text !== "string" || text === "" || text.length > SELECTOR_LENGTH_MAX) {
    throw fault(
      at,
      `is neither "*" nor an object with a text of 1 to ${SELECTOR_LENGTH_MAX} characters in "${field}"`,
    );
  }
  return text;
}

function parseBase64(value: unknown, at: string, field: string): string {
  const text = parseText(value, at, field);
  if (!BASE64.test(text)) throw fault(`${at}.${field}`, "is not base64");
  return text;
}

function parseCondition(value: unknown, at: string): IpFilter {
  const filter = asObject(asObject(value, at, ["ip_filter"])["ip_filter"], `${at}.ip_filter`, [
    "allowed_cidr_ranges",
  ]);
  const blocks = asList(filter["allowed_cidr_ranges"], `${at}.ip_filter.allowed_cidr_ranges`);
  const isBlock = (block: unknown): block is string => typeof block === "string" && isAddressBlock(block);
  if (blocks.length === 0) throw fault(`${at}.ip_filter`, "has no range: nobody could use it");
  if (!blocks.every(isBlock)) throw fault(`${at}.ip_filter`, 'has a range that is not like "10.0.0.0/8"');
  return { ip_filter: { allowed_cidr_ranges: blocks } };
}

function demandAll(value: unknown, at: string): void {
  if (value !== "*") throw fault(at, 'is not "*"');
}

/** With `fields`: one that is not among them would be dropped without a word, and is refused. */
function asObject(value: unknown, at: string, fields?: readonly string[]): JsonObject {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw fault(at, "is not an object");
  const surplus = fields && Object.keys(value).find((field) => !fields.includes(field));
  if (surplus !== undefined) throw fault(at, `has an unknown field ${JSON.stringify(surplus.slice(0, 64))}`);
  return value as JsonObject;
}

function asList(value: unknown, at: string): readonly unknown[] {
  if (!Array.isArray(value)) throw fault(at, "is not a list");
  if (value.length > RULES_MAX) throw fault(at, `has more than ${RULES_MAX} entries`);
  return value;
}

function fault(at: string, what: string): ServiceError {
  return new ServiceError("invalid_argument", `The permissions are not valid: ${at} ${what}.`);
}

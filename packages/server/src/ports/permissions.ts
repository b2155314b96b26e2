// What someone may do, as plain data: the rules of roles and tokens in the JSON shape of the roles API (wire-contract.md 7.2).

/** What is done to a thing. `list`: see that it is there; `read`: see what is in it, or subscribe; `write`: change it, or publish. */
export type AccessVerb = "read" | "write" | "list";

export type CacheSelector = "*" | { readonly name: string };
export type TopicSelector = "*" | { readonly name: string } | { readonly prefix: string };
/** Keys are bytes: as text where they are UTF-8, in base64 otherwise. */
export type ItemSelector =
  | "*"
  | { readonly key: string }
  | { readonly key_prefix: string }
  | { readonly key_base64: string }
  | { readonly key_prefix_base64: string };
export type FunctionSelector = TopicSelector;

/** Rules about the server itself. */
export type ManagementType = "account_management" | "auth_management" | "resource_management";

export interface ManagementRule {
  readonly type: ManagementType;
  readonly permissions: readonly AccessVerb[];
}

export interface CacheRule {
  readonly type: "cache";
  readonly permissions: readonly AccessVerb[];
  readonly caches: CacheSelector;
  readonly items: ItemSelector;
}

export interface TopicRule {
  readonly type: "topic";
  readonly permissions: readonly AccessVerb[];
  readonly caches: CacheSelector;
  readonly topics: TopicSelector;
}

export interface FunctionRule {
  readonly type: "function";
  readonly permissions: readonly "invoke"[];
  readonly caches: CacheSelector;
  readonly functions: FunctionSelector;
}

export type Rule = ManagementRule | CacheRule | TopicRule | FunctionRule;

/** From where calls are taken: blocks of addresses, as `10.0.0.0/8` or `2001:db8::/32`. */
export interface IpFilter {
  readonly ip_filter: { readonly allowed_cidr_ranges: readonly string[] };
}

/** Whatever one of the rules allows is allowed, where every condition holds. */
export interface PermissionSet {
  readonly rules: readonly Rule[];
  readonly conditions?: readonly IpFilter[];
}

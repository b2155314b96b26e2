// Proof that someone may do something. Core functions take one first and read from it what they may touch;
// only auth/authorize.ts makes them, so that forgetting to authorize does not compile.

declare const granted: unique symbol;

interface Granted<Action extends string> {
  readonly [granted]: Action;
}

export interface PublishGrant extends Granted<"publish"> {
  readonly cacheName: string;
  readonly topicName: string;
  /** Token id of the publisher, empty when it has none; goes on the item as `publisher_id`. */
  readonly publisherId: string;
}

/** A subscription, as far as its credential is concerned. */
export interface LeaseHolder {
  /** Place in the lease; the lease's to change. */
  leaseIndex: number;
  /** Ends it with an error; it leaves the lease before it returns. */
  fail(error: unknown): void;
}

/** What subscriptions live by: a credential that may expire or be revoked, and then ends them. */
export interface SubscriptionLease {
  add(holder: LeaseHolder): void;
  remove(holder: LeaseHolder): void;
}

export interface SubscribeGrant extends Granted<"subscribe"> {
  readonly cacheName: string;
  readonly topicName: string;
  /** Absent: nothing ends it. */
  readonly lease?: SubscriptionLease;
}

/** Create, delete, flush caches. */
export type ManageCachesGrant = Granted<"manage_caches">;

export type ListCachesGrant = Granted<"list_caches">;

interface ByGrant<Action extends string> extends Granted<Action> {
  /** Who it was, for the audit log. */
  readonly by: string;
  /** Id of the key that it is done with; empty when it is none. */
  readonly keyId: string;
}

/** Make disposable tokens, API keys with rules of their own, signing keys. */
export type IssueTokensGrant = ByGrant<"issue_tokens">;

/** Make and revoke API keys of any role, roles, sessions. */
export type ManageAccessGrant = ByGrant<"manage_access">;

/** Make a new key of the one that is called with. */
export interface RefreshKeyGrant extends Granted<"refresh_key"> {
  readonly keyId: string;
}

/** List API keys and roles. */
export type ListAccessGrant = Granted<"list_access">;

/** Read the numbers of the whole server. */
export type ReadMetricsGrant = Granted<"read_metrics">;

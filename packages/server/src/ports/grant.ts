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

export interface SubscribeGrant extends Granted<"subscribe"> {
  readonly cacheName: string;
  readonly topicName: string;
}

/** Create, delete, list, flush caches. */
export type ManageCachesGrant = Granted<"manage_caches">;

/** Create, list, revoke API keys. */
export type ManageKeysGrant = Granted<"manage_keys">;

/** Read the numbers of the whole server. */
export type ReadMetricsGrant = Granted<"read_metrics">;

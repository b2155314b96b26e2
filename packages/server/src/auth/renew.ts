// Subscriptions live on by a fresh credential: all or none.

import type { SubscribeGrant } from "../ports/grant.js";
import { authorizeSubscribe } from "./authorize.js";
import type { Principal } from "./principal.js";

/** A running subscription, as far as its credential is concerned. */
export interface Renewable {
  readonly cacheName: string;
  readonly topicName: string;
  renew(grant: SubscribeGrant): void;
}

/** Throws `permission_denied`, before anything has changed, when `fresh` may not have one of them. */
export function renewAll(subscriptions: readonly Renewable[], fresh: Principal): void {
  const grants = subscriptions.map(({ cacheName, topicName }) =>
    authorizeSubscribe(fresh, cacheName, topicName),
  );
  subscriptions.forEach((subscription, i) => subscription.renew(grants[i] as SubscribeGrant));
}

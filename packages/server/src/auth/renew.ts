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
  const renewals = subscriptions.map(
    (subscription) =>
      [subscription, authorizeSubscribe(fresh, subscription.cacheName, subscription.topicName)] as const,
  );
  for (const [subscription, grant] of renewals) subscription.renew(grant);
}

// May they? The only maker of grants: what core functions take first.

import { ServiceError } from "../kernel/errors.js";
import type {
  ManageCachesGrant,
  ManageKeysGrant,
  PublishGrant,
  ReadMetricsGrant,
  SubscribeGrant,
} from "../ports/grant.js";
import type { Permission, Principal } from "./principal.js";

/** What can be asked for, with what it is asked for on. */
type Request =
  | { readonly action: "publish" | "subscribe"; readonly cacheName: string; readonly topicName: string }
  | { readonly action: "manage_caches" }
  | { readonly action: "manage_keys" }
  | { readonly action: "read_metrics" };

/** What each kind of permission is good for, on whatever cache and topic. */
const ACTIONS: Readonly<Record<Permission["kind"], ReadonlySet<Request["action"]>>> = {
  super_user: new Set(["publish", "subscribe", "manage_caches", "manage_keys", "read_metrics"]),
};

const MANAGE_CACHES: Request = { action: "manage_caches" };
const MANAGE_KEYS: Request = { action: "manage_keys" };
const READ_METRICS: Request = { action: "read_metrics" };

/** Throws `permission_denied`, as the others do, unless the principal may publish to the topic. */
export function authorizePublish(principal: Principal, cacheName: string, topicName: string): PublishGrant {
  demand(principal, { action: "publish", cacheName, topicName });
  return { cacheName, topicName, publisherId: principal.tokenId } as PublishGrant;
}

export function authorizeSubscribe(
  principal: Principal,
  cacheName: string,
  topicName: string,
): SubscribeGrant {
  demand(principal, { action: "subscribe", cacheName, topicName });
  return { cacheName, topicName } as SubscribeGrant;
}

export function authorizeManageCaches(principal: Principal): ManageCachesGrant {
  demand(principal, MANAGE_CACHES);
  return {} as ManageCachesGrant;
}

export function authorizeManageKeys(principal: Principal): ManageKeysGrant {
  demand(principal, MANAGE_KEYS);
  return {} as ManageKeysGrant;
}

export function authorizeReadMetrics(principal: Principal): ReadMetricsGrant {
  demand(principal, READ_METRICS);
  return {} as ReadMetricsGrant;
}

function demand(principal: Principal, request: Request): void {
  for (const permission of principal.permissions) if (allows(permission, request)) return;
  throw new ServiceError("permission_denied", `Insufficient permissions to ${describe(request)}.`);
}

function allows({ kind }: Permission, { action }: Request): boolean {
  return ACTIONS[kind].has(action);
}

function describe(request: Request): string {
  switch (request.action) {
    case "publish":
      return `publish to this topic of cache ${JSON.stringify(request.cacheName)}`;
    case "subscribe":
      return `subscribe to this topic of cache ${JSON.stringify(request.cacheName)}`;
    case "manage_caches":
      return "manage caches";
    case "manage_keys":
      return "manage API keys";
    case "read_metrics":
      return "read the server's metrics";
  }
}

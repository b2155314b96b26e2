// May they? The only maker of grants: what core functions take first.

import { ServiceError } from "../kernel/errors.js";
import type {
  IssueTokensGrant,
  ListAccessGrant,
  ListCachesGrant,
  ManageAccessGrant,
  ManageCachesGrant,
  PublishGrant,
  ReadMetricsGrant,
  RefreshKeyGrant,
  SubscribeGrant,
} from "../ports/grant.js";
import {
  MANAGEMENT_ACTIONS,
  type ManagementAction,
  type TopicAction,
  mayManage,
  mayUseTopic,
} from "./actions.js";
import { type Principal, describePrincipal } from "./principal.js";

/** Throws `permission_denied`, as the others do, unless the principal may publish to the topic. */
export function authorizePublish(principal: Principal, cacheName: string, topicName: string): PublishGrant {
  if (!mayUseTopic(principal, "publish", cacheName, topicName)) throw deniedTopic("publish", cacheName);
  return { cacheName, topicName, publisherId: principal.tokenId } as PublishGrant;
}

export function authorizeSubscribe(
  principal: Principal,
  cacheName: string,
  topicName: string,
): SubscribeGrant {
  if (!mayUseTopic(principal, "subscribe", cacheName, topicName)) throw deniedTopic("subscribe", cacheName);
  return { cacheName, topicName, lease: principal.lease } as SubscribeGrant;
}

export function authorizeManageCaches(principal: Principal): ManageCachesGrant {
  demand(principal, "manage_caches");
  return {} as ManageCachesGrant;
}

export function authorizeListCaches(principal: Principal): ListCachesGrant {
  demand(principal, "list_caches");
  return {} as ListCachesGrant;
}

export function authorizeIssueTokens(principal: Principal): IssueTokensGrant {
  if (!principal.mayIssue) throw denied("issue_tokens");
  demand(principal, "issue_tokens");
  return byWhom(principal) as IssueTokensGrant;
}

export function authorizeManageAccess(principal: Principal): ManageAccessGrant {
  if (!principal.mayIssue) throw denied("manage_access");
  demand(principal, "manage_access");
  return byWhom(principal) as ManageAccessGrant;
}

/** Whoever holds an API key may renew it, with the refresh token that it came with. */
export function authorizeRefreshKey({ kind, id }: Principal): RefreshKeyGrant {
  if (kind !== "api_key") {
    throw new ServiceError("permission_denied", "Insufficient permissions: only API keys are refreshed.");
  }
  return { keyId: id } as RefreshKeyGrant;
}

export function authorizeListAccess(principal: Principal): ListAccessGrant {
  demand(principal, "list_access");
  return {} as ListAccessGrant;
}

export function authorizeReadMetrics(principal: Principal): ReadMetricsGrant {
  demand(principal, "read_metrics");
  return {} as ReadMetricsGrant;
}

function byWhom(principal: Principal): { by: string; keyId: string } {
  const keyId = principal.kind === "api_key" ? principal.id : principal.issuedBy;
  return { by: describePrincipal(principal), keyId };
}

function demand(principal: Principal, action: ManagementAction): void {
  if (!mayManage(principal, action)) throw denied(action);
}

function denied(action: ManagementAction): ServiceError {
  return new ServiceError(
    "permission_denied",
    `Insufficient permissions to ${MANAGEMENT_ACTIONS[action].words}.`,
  );
}

function deniedTopic(action: TopicAction, cacheName: string): ServiceError {
  const preposition = action === "publish" ? "publish to" : "subscribe to";
  return new ServiceError(
    "permission_denied",
    `Insufficient permissions to ${preposition} this topic of cache ${JSON.stringify(cacheName)}.`,
  );
}

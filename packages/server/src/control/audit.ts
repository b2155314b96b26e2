// The audit log: a line for each key, role, token or revocation that someone made or changed. Never the secret itself.

import type { Logger } from "../kernel/log.js";

export type AuditEvent =
  | "api_key_created"
  | "api_key_refreshed"
  | "api_key_revoked"
  | "role_created"
  | "role_changed"
  | "role_deleted"
  | "session_created"
  | "signing_key_created"
  | "signing_key_revoked"
  | "tokens_revoked";

/** `by`: who did it, as the grants say. */
export function audit(
  log: Logger,
  event: AuditEvent,
  by: string,
  fields: Readonly<Record<string, string | number | undefined>>,
): void {
  log.info({ audit: event, by, ...fields }, `audit: ${event.replaceAll("_", " ")}`);
}

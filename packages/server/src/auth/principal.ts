// Who is calling, and what they may do, as plain data.

import type { AddressBlocks } from "../kernel/address-blocks.js";
import type { SubscriptionLease } from "../ports/grant.js";
import type { Rule } from "../ports/permissions.js";
import { OWNER } from "./system-roles.js";

/**
 * `local`: nobody in particular, on this machine, in open mode. `api_key`: who holds a key. `session`: who holds a short-lived token
 * of a role. `disposable`: who holds a short-lived token with rules of its own.
 */
export type PrincipalKind = "local" | "api_key" | "session" | "disposable";

export interface Principal {
  readonly kind: PrincipalKind;
  /** Of the key or of the token; empty for `local`. */
  readonly id: string;
  /** The token's own id, which goes on what it publishes; empty when it has none. */
  readonly tokenId: string;
  /** May do all that a super user may, beside what the rules say (wire-contract.md 6.1). */
  readonly superUser: boolean;
  readonly rules: readonly Rule[];
  /** The role that the rules come from; empty when they come from none. */
  readonly roleId: string;
  /** False for keys in their oldest form: no token is made with them (wire-contract.md 6.3, row 13). */
  readonly mayIssue: boolean;
  readonly issuedAtMs: number;
  /** Id of the key that a token was made with; empty when none was. */
  readonly issuedBy: string;
  /** Id of the signing key of a token; empty for what is not signed. */
  readonly signedBy: string;
  /** When it stops being valid; absent: never. */
  readonly expiresAtMs?: number;
  /** It is taken from an address that is in all of these; absent: from everywhere. */
  readonly allowedFrom?: readonly AddressBlocks[];
  /** What its subscriptions live by; absent: nothing ends them. */
  readonly lease?: SubscriptionLease;
}

export const LOCAL_PRINCIPAL: Principal = {
  kind: "local",
  id: "",
  tokenId: "",
  superUser: true,
  rules: OWNER.permissions.rules,
  roleId: "",
  mayIssue: true,
  issuedAtMs: 0,
  issuedBy: "",
  signedBy: "",
};

/** For the audit log. */
export function describePrincipal({ kind, id }: Principal): string {
  return id === "" ? kind : `${kind} ${id}`;
}

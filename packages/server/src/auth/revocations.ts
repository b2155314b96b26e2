// Of what was issued before a moment, that which is not valid any more.

import { andThen } from "../kernel/awaitable.js";
import type { Awaitable } from "../kernel/awaitable.js";
import type { Catalog, RevocationRecord } from "../ports/catalog.js";
import type { Principal } from "./principal.js";

/** What is revoked: tokens with an id, tokens that a key has made, or every token. */
export type RevocationTarget =
  { readonly tokenId: string } | { readonly issuedByKey: string } | { readonly everything: true };

/** The id under which the catalog keeps it. */
export function toRevocationId(target: RevocationTarget): string {
  if ("tokenId" in target) return `token_id:${target.tokenId}`;
  return "issuedByKey" in target ? `key:${target.issuedByKey}` : "all";
}

/** The ids under which `principal` may have been revoked. API keys have records of their own, which go. */
function revocationIdsOf({ kind, tokenId, issuedBy }: Principal): string[] {
  if (kind !== "session" && kind !== "disposable") return [];
  return [
    "all",
    ...(tokenId === "" ? [] : [toRevocationId({ tokenId })]),
    ...(issuedBy === "" ? [] : [toRevocationId({ issuedByKey: issuedBy })]),
  ];
}

export function covers({ id, issuedBeforeMs }: RevocationRecord, principal: Principal): boolean {
  return principal.issuedAtMs < issuedBeforeMs && revocationIdsOf(principal).includes(id);
}

export function isRevoked(
  catalog: { readonly revocations: Pick<Catalog["revocations"], "find"> },
  principal: Principal,
): Awaitable<boolean> {
  let revoked: Awaitable<boolean> = false;
  for (const id of revocationIdsOf(principal)) {
    revoked = andThen(revoked, (already) => {
      if (already) return true;
      return andThen(
        catalog.revocations.find(id),
        (record) => record !== undefined && principal.issuedAtMs < record.issuedBeforeMs,
      );
    });
  }
  return revoked;
}

// From what is known of a credential to who it is and what they may: records of keys, claims of tokens, roles.

import { AddressBlocks } from "../kernel/address-blocks.js";
import { type Awaitable, andThen } from "../kernel/awaitable.js";
import type { Access, ApiKeyRecord, Catalog } from "../ports/catalog.js";
import type { PermissionSet } from "../ports/permissions.js";
import type { Principal } from "./principal.js";
import { findSystemRole } from "./system-roles.js";
import type { TokenClaims } from "./token-claims.js";

/** What is looked up. */
export interface PrincipalCatalog {
  readonly apiKeys: Pick<Catalog["apiKeys"], "find">;
  readonly roles: Pick<Catalog["roles"], "find">;
}

export class PrincipalMaker {
  readonly #catalog: PrincipalCatalog;

  constructor(catalog: PrincipalCatalog) {
    this.#catalog = catalog;
  }

  /** Who holds the key. `signedBy`: the id of the signing key, where the key came as a signed token. */
  ofKey(
    record: ApiKeyRecord,
    { mayIssue, signedBy }: Pick<Principal, "mayIssue" | "signedBy">,
  ): Awaitable<Principal> {
    const { id, tokenId = "", createdAtMs: issuedAtMs, expiresAtMs } = record;
    const facts = {
      kind: "api_key",
      id,
      tokenId,
      issuedAtMs,
      expiresAtMs,
      issuedBy: "",
      signedBy,
      mayIssue,
    } as const;
    return andThen(this.#powersOf(record.access), (powers) => toPrincipal(facts, powers));
  }

  /** Who holds the token that says so; undefined: a key whose record is gone. */
  ofClaims(claims: TokenClaims, signedBy: string): Awaitable<Principal | undefined> {
    const { id, issuedAtMs, expiresAtMs } = claims;
    switch (claims.kind) {
      case "key":
        return andThen(
          this.#catalog.apiKeys.find(id),
          (record) => record && this.ofKey(record, { mayIssue: !claims.legacy, signedBy }),
        );
      case "session": {
        const { kind, issuedBy, roleId } = claims;
        const facts = { kind, id, issuedAtMs, expiresAtMs, issuedBy, signedBy, tokenId: "", mayIssue: true };
        return andThen(this.#powersOf({ roleId }), (powers) => toPrincipal(facts, powers));
      }
      case "disposable": {
        const { kind, issuedBy, tokenId, permissions } = claims;
        const facts = { kind, id, issuedAtMs, expiresAtMs, issuedBy, signedBy, tokenId, mayIssue: false };
        return toPrincipal(facts, { superUser: false, permissions, roleId: "" });
      }
    }
  }

  #powersOf(access: Access): Awaitable<Powers> {
    if ("superUser" in access) return { superUser: true, permissions: NOTHING, roleId: "" };
    if ("permissions" in access) return { superUser: false, permissions: access.permissions, roleId: "" };
    const { roleId } = access;
    const role = findSystemRole(roleId) ?? this.#catalog.roles.find(roleId);
    // A role that is gone gives nothing.
    return andThen(role, (found) => ({
      superUser: false,
      permissions: found?.permissions ?? NOTHING,
      roleId,
    }));
  }
}

interface Powers {
  readonly superUser: boolean;
  readonly permissions: PermissionSet;
  readonly roleId: string;
}

const NOTHING: PermissionSet = { rules: [] };

type Facts = Pick<
  Principal,
  "kind" | "id" | "tokenId" | "issuedAtMs" | "issuedBy" | "signedBy" | "mayIssue"
> & {
  readonly expiresAtMs: number | undefined;
};

function toPrincipal(
  { expiresAtMs, ...facts }: Facts,
  { superUser, permissions, roleId }: Powers,
): Principal {
  const { rules, conditions = [] } = permissions;
  const allowedFrom = conditions.map(
    ({ ip_filter: filter }) => new AddressBlocks(filter.allowed_cidr_ranges),
  );
  return {
    ...{ ...facts, superUser, rules, roleId },
    ...(expiresAtMs === undefined ? {} : { expiresAtMs }),
    ...(conditions.length === 0 ? {} : { allowedFrom }),
  };
}

// Who may do what, put together: authentication, and all that changes whom it lets in.

import { type Authenticator, createAuthenticator } from "../auth/authenticate.js";
import { Leases } from "../auth/leases.js";
import type { Principal } from "../auth/principal.js";
import type { Config } from "../config/config.js";
import { type ApiKeys, createApiKeys } from "../control/api-keys.js";
import { type Revocations, createRevocations } from "../control/revocations.js";
import { type Roles, createRoles } from "../control/roles.js";
import { type SigningKeys, createSigningKeys } from "../control/signing-keys.js";
import { type Tokens, createTokens } from "../control/tokens.js";
import type { Clock } from "../kernel/clock.js";
import { ServiceError } from "../kernel/errors.js";
import type { Logger } from "../kernel/log.js";
import type { Catalog } from "../ports/catalog.js";

export interface Access {
  readonly authenticator: Authenticator;
  readonly apiKeys: ApiKeys;
  readonly roles: Roles;
  readonly tokens: Tokens;
  readonly signingKeys: SigningKeys;
  readonly revocations: Revocations;
  close(): void;
}

export interface AccessOptions {
  readonly catalog: Catalog;
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Logger;
  /** Where clients find this server; asked for when it listens. */
  readonly endpoint: () => string;
}

export function createAccess({ catalog, config, clock, log, endpoint }: AccessOptions): Access {
  const { limits } = config;
  const leases = new Leases(clock, limits);
  const authenticator = createAuthenticator({ catalog, clock, mode: config.auth, limits, leases });

  function end(isConcerned: (principal: Principal) => boolean, error: ServiceError): void {
    authenticator.forgetWhere(isConcerned);
    leases.endWhere(isConcerned, error);
  }
  function revoke(isConcerned: (principal: Principal) => boolean): void {
    end(isConcerned, new ServiceError("unauthenticated", "The key or token was revoked."));
  }

  const roles = createRoles({
    ...{ catalog, clock, log },
    // Clients come back by themselves, and go on where they were if they still may.
    onChanged: (roleId) =>
      end(
        (principal) => principal.roleId === roleId,
        new ServiceError("unavailable", "The role of this key was changed; subscribe again."),
      ),
  });
  const signingKeys = createSigningKeys({
    ...{ catalog, clock, log },
    onRevoked: (id) => revoke(({ signedBy }) => signedBy === id),
  });
  const revocations = createRevocations({ catalog, clock, log, onRevoked: revoke });
  const apiKeys = createApiKeys({
    ...{ catalog, clock, log, roles, signingKeys, revocations, endpoint },
    onRevoked: (id) => revoke((principal) => principal.kind === "api_key" && principal.id === id),
  });
  const tokens = createTokens({ signingKeys, roles, clock, log });
  return { authenticator, apiKeys, roles, tokens, signingKeys, revocations, close: () => leases.close() };
}

// Who calls over HTTP: the token in `authorization` or in `?token=`, never in both (wire-contract.md 7.1).

import type { Authenticator } from "../../auth/authenticate.js";
import { isLocalCaller } from "../../auth/local-caller.js";
import type { Principal } from "../../auth/principal.js";
import type { Awaitable } from "../../kernel/awaitable.js";
import { ServiceError } from "../../kernel/errors.js";
import type { HttpRequest } from "../../rpc/http-message.js";

export interface HttpCaller {
  authenticate(request: HttpRequest): Awaitable<Principal>;
}

export function createHttpCaller(authenticator: Authenticator): HttpCaller {
  return {
    authenticate(request) {
      const inHeader = request.metadata.get("authorization");
      const inQuery = request.query.get("token");
      if (inHeader !== undefined && inQuery !== null) {
        throw new ServiceError(
          "invalid_argument",
          "Give the token in the Authorization header or in ?token=, not in both.",
        );
      }
      return authenticator.authenticate(inHeader ?? inQuery ?? undefined, {
        loopbackHost: isLocalCaller(request),
        address: request.address,
      });
    },
  };
}

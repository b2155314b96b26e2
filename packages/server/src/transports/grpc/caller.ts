// Who calls: the credentials of a call, brought to authentication.

import type { Authenticator } from "../../auth/authenticate.js";
import { isLocalCaller } from "../../auth/local-caller.js";
import type { Principal } from "../../auth/principal.js";
import type { Awaitable } from "../../kernel/awaitable.js";
import type { CallContext } from "../../rpc/metadata.js";

export interface Caller {
  /** The principal behind the call's `authorization` (wire-contract.md 2.1); throws or rejects with `unauthenticated`. */
  authenticate(context: CallContext): Awaitable<Principal>;
}

const local = { loopbackHost: true };
const named = { loopbackHost: false };

export function createCaller(authenticator: Authenticator): Caller {
  return {
    authenticate(context) {
      const token = context.metadata.get("authorization");
      // Where a token is given, the name by which the caller reached us does not matter.
      if (token !== undefined && token !== "") return authenticator.authenticate(token, named);
      return authenticator.authenticate(undefined, isLocalCaller(context) ? local : named);
    },
  };
}

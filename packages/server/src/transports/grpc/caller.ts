// Who calls: the credentials of a call, brought to authentication.

import type { Authenticator, Peer } from "../../auth/authenticate.js";
import { isLocalCaller } from "../../auth/local-caller.js";
import type { Principal } from "../../auth/principal.js";
import type { Awaitable } from "../../kernel/awaitable.js";
import type { CallContext } from "../../rpc/metadata.js";

export interface Caller {
  /** The principal behind the call's `authorization` (wire-contract.md 2.1); throws or rejects with `unauthenticated`. */
  authenticate(context: CallContext): Awaitable<Principal>;
  /** The principal behind a token that came in the request itself; behind `authorization` when it is empty (wire-contract.md 2.1). */
  authenticateBody(context: CallContext, token: string): Awaitable<Principal>;
}

/** Without a token nobody's address is asked for. */
const local: Peer = { address: "", loopbackHost: true };
const elsewhere: Peer = { address: "" };

export function createCaller(authenticator: Authenticator): Caller {
  function authenticate(context: CallContext, token: string | undefined): Awaitable<Principal> {
    // Where a token is given, the name by which the caller reached us does not matter.
    if (token !== undefined && token !== "") return authenticator.authenticate(token, context);
    return authenticator.authenticate(undefined, isLocalCaller(context) ? local : elsewhere);
  }
  return {
    authenticate: (context) => authenticate(context, context.metadata.get("authorization")),
    authenticateBody: (context, token) =>
      authenticate(context, token === "" ? context.metadata.get("authorization") : token),
  };
}

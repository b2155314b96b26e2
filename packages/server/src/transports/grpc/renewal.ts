// subito.Renewal: subscriptions live on by a fresh token, without a gap (docs/guides/tokens.md).

import { create, toBinary } from "@bufbuild/protobuf";
import { RenewTokenRequestSchema, RenewTokenResponseSchema } from "@subito/wire/renewal";
import { livesBy } from "../../auth/leases.js";
import { renewAll } from "../../auth/renew.js";
import type { MethodContext, UnaryMethod } from "../../rpc/methods.js";
import type { Subscription } from "../../topics/subscription.js";
import { toSeconds } from "./auth.js";
import type { Caller } from "./caller.js";
import { parseMessage } from "./parse-request.js";

export function createRenewalMethods(caller: Caller): Record<"RenewToken", UnaryMethod> {
  return {
    RenewToken: {
      kind: "unary",
      async handle(context, bytes) {
        const request = parseMessage(RenewTokenRequestSchema, bytes);
        const old = await caller.authenticate(context);
        const fresh = await caller.authenticateBody(context, request.token);
        const concerned = subscriptionsOf(context).filter(({ lease }) => livesBy(lease, old));
        renewAll(concerned, fresh);
        const answer = { renewed: concerned.length, validUntil: toSeconds(fresh.expiresAtMs) };
        return toBinary(RenewTokenResponseSchema, create(RenewTokenResponseSchema, answer));
      },
    },
  };
}

/** The running streams of the connection that are subscriptions. */
function subscriptionsOf(context: MethodContext): Subscription[] {
  const found: Subscription[] = [];
  for (const source of context.runningSources()) if ("renew" in source) found.push(source as Subscription);
  return found;
}

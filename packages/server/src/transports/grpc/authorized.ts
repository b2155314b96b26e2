// Unary methods for those who may: the same steps for each of them.

import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import type { Principal } from "../../auth/principal.js";
import type { UnaryMethod } from "../../rpc/methods.js";
import type { Caller } from "./caller.js";
import { parseMessage } from "./parse-request.js";

/** Parses the request, finds out who calls, asks `authorize` for a grant, and runs. Each step refuses by throwing. */
export function authorized<Schema extends DescMessage, Grant>(
  caller: Caller,
  schema: Schema,
  authorize: (principal: Principal) => Grant,
  run: (grant: Grant, request: MessageShape<Schema>) => Promise<Uint8Array>,
): UnaryMethod {
  return {
    kind: "unary",
    async handle(context, bytes) {
      const request = parseMessage(schema, bytes);
      return run(authorize(await caller.authenticate(context)), request);
    },
  };
}

// What a handshake must be before anyone is asked who calls.

import type { IncomingMessage } from "node:http";
import { type AcceptedHandshake, WEBSOCKET_VERSION, checkHandshake } from "@subito/websocket";
import { type WholeResponse, jsonResponse } from "../../rpc/http-message.js";
import { countHosts, fieldOf, parseTarget } from "./http1-target.js";
import type { HandshakeRefusal } from "./websocket-counts.js";

export const WEBSOCKET_PATH = "/ws";
/** The subprotocol that is spoken there. */
const SUBPROTOCOL = "subito.v1";

/** Why a handshake is refused, and with which answer. */
export interface Refused {
  readonly refusal: HandshakeRefusal;
  readonly response: WholeResponse;
}

export interface Checked {
  readonly refusal: undefined;
  readonly handshake: AcceptedHandshake;
  readonly token: string | undefined;
}

/** The request is as RFC 6455 4.2.1 has it, and holds one token at most. */
export function checkRequest(incoming: IncomingMessage, deflate: boolean): Checked | Refused {
  if (incoming.httpVersion !== "1.1")
    return badRequest(505, "HttpVersionNotSupported", "HTTP/1.1 is needed.");
  if (countHosts(incoming) !== 1) return badRequest(400, "BadRequest", "Bad Request.");
  // What follows would be taken for frames.
  if (
    incoming.headers["transfer-encoding"] !== undefined ||
    (incoming.headers["content-length"] ?? "0") !== "0"
  )
    return badRequest(400, "BadRequest", "A WebSocket handshake has no body.");
  const handshake = checkHandshake(
    { method: incoming.method ?? "", field: (name) => fieldOf(incoming, name) },
    { protocol: SUBPROTOCOL, deflate },
  );
  if (handshake.problem === "wrong_version") {
    return badRequest(426, "UpgradeRequired", handshake.message, [
      ["upgrade", "websocket"],
      ["sec-websocket-version", WEBSOCKET_VERSION],
    ]);
  }
  if (handshake.problem !== undefined) return badRequest(400, "BadRequest", handshake.message);
  const inHeader = fieldOf(incoming, "authorization");
  const inQuery = parseTarget(incoming).query.get("token") ?? undefined;
  if (inHeader !== undefined && inQuery !== undefined) {
    const message = "Give the token in the Authorization header or in ?token=, not in both.";
    return badRequest(400, "InvalidArgument", message);
  }
  return { refusal: undefined, handshake, token: inHeader ?? inQuery };
}

function badRequest(
  status: number,
  code: string,
  message: string,
  headers: WholeResponse["headers"] = [],
): Refused {
  return { refusal: "bad_request", response: jsonResponse(status, { code, message }, headers) };
}

/** The answer to a request for the path of WebSockets that asks for none. */
export const noHandshake: WholeResponse = jsonResponse(400, {
  code: "BadRequest",
  message: "Here are WebSockets only: GET with Upgrade: websocket, over HTTP/1.1.",
});

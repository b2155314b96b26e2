// What the server does with a WebSocket that a client opens: a session of the JSON protocol (docs/reference/websocket.md).

import type { Authenticator, Peer } from "../../auth/authenticate.js";
import { isLocalCaller } from "../../auth/local-caller.js";
import { andThen } from "../../kernel/awaitable.js";
import type { WebSocketApplication } from "../../rpc/websocket-application.js";
import { SocketCaller } from "./socket-caller.js";
import { type SessionOptions, SocketSession } from "./socket-session.js";

export interface WebSocketApplicationOptions extends SessionOptions {
  readonly authenticator: Authenticator;
}

export function createWebSocketApplication(options: WebSocketApplicationOptions): WebSocketApplication {
  const { authenticator } = options;
  return {
    open(request) {
      const peer: Peer = { address: request.address, loopbackHost: isLocalCaller(request) };
      const caller = new SocketCaller(authenticator, peer, request.token);
      // Pages cannot set a header: who brings no token here may bring it in a message.
      const known = caller.hasToken ? caller.authenticate() : undefined;
      return andThen(known, () => (channel) => new SocketSession(options, caller, channel));
    },
  };
}

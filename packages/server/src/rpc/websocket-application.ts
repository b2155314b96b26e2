// What answers WebSockets, as the listener sees it: asked before the handshake is answered, then once for the socket.

import type { WebSocketChannel, WebSocketHandler } from "@subito/websocket";
import type { Awaitable } from "../kernel/awaitable.js";
import type { CallContext } from "./metadata.js";

/** A handshake that is right so far: as RFC 6455 has it, of an origin that may use the server, with room for one more socket. */
export interface WebSocketRequest extends CallContext {
  /** From `Authorization` or `?token=`, as it came; undefined when there is neither. (Both are refused before.) */
  readonly token: string | undefined;
}

/** Makes what hears of a socket, once it is open. Must not throw. */
export type WebSocketHandlerMaker = (channel: WebSocketChannel) => WebSocketHandler;

export interface WebSocketApplication {
  /**
   * Called before the answer to the handshake. A ServiceError, thrown or rejected with, refuses it with the status that the HTTP API has for it;
   * a wrong token is refused here. The maker is called when the socket is open, or never, when the client has gone meanwhile.
   */
  open(request: WebSocketRequest): Awaitable<WebSocketHandlerMaker>;
}

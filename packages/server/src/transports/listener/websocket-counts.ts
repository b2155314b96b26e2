// How often handshakes were refused, and sockets ended because of what their peers did.

import { SOCKET_FAULTS, type SocketFault } from "@subito/websocket";

/** Why a handshake was refused: the names are those of the counters. */
export type HandshakeRefusal = keyof WebSocketCounts["refused"];

export class WebSocketCounts {
  readonly refused = {
    bad_request: 0,
    origin: 0,
    credentials: 0,
    per_address: 0,
    full: 0,
    shutdown: 0,
    other: 0,
  };
  readonly faults = Object.fromEntries(Object.keys(SOCKET_FAULTS).map((name) => [name, 0])) as Record<
    SocketFault,
    number
  >;
}

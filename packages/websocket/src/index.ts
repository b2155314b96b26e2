// What the server uses of this package.

export type { ByteSink } from "./byte-sink.js";
export type { WebSocketChannel, WebSocketHandler } from "./channel.js";
export { WebSocketConnection } from "./connection.js";
export { SOCKET_FAULTS, type SocketFault } from "./fault.js";
export {
  type AcceptedHandshake,
  type HandshakeProblem,
  type HandshakeRequest,
  WEBSOCKET_VERSION,
  checkHandshake,
  hasToken,
  switchingProtocols,
} from "./handshake.js";
export { type WebSocketLimits, defaultWebSocketLimits } from "./limits.js";
export { OutMessage, binaryMessage, joinMessages, textMessage } from "./out-message.js";
export { type WebSocketServer, type WebSocketServerOptions, createWebSocketServer } from "./server.js";

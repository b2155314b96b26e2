// The server that a user of Socket.IO would write: a room for each topic. WebSocket only, other settings untouched.

import { createRequire } from "node:module";
import { startNodeServer } from "./printing-server.js";

/** @type {import("./peer.js").Peer} */
export const socketIo = {
  id: "socket-io",
  label: "Socket.IO",
  tool: null,
  toolRequired: false,
  fanoutDeliveriesMax: 2_000_000,
  version: () => createRequire(import.meta.url)("socket.io/package.json").version,
  start: () => startNodeServer("socket-io-server.js", "socket-io", "socket-io"),
};

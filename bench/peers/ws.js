// The server that a user of ws would write: JSON messages, a set of sockets for each topic, one send for each.

import { createRequire } from "node:module";
import { startNodeServer } from "./printing-server.js";

/** @type {import("./peer.js").Peer} */
export const ws = {
  id: "ws",
  label: "ws",
  tool: null,
  toolRequired: false,
  fanoutDeliveriesMax: 2_000_000,
  version: () => createRequire(import.meta.url)("ws/package.json").version,
  start: () => startNodeServer("ws-server.js", "ws", "ws"),
};

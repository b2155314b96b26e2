// The Node floor: a program on Node that does nothing but write(). No server on Node can cost less on this machine.

import process from "node:process";
import { startNodeServer } from "./printing-server.js";

/** @type {import("./peer.js").Peer} */
export const nodeFloor = {
  id: "node-floor",
  label: "Node floor",
  tool: null,
  toolRequired: false,
  fanoutDeliveriesMax: Infinity,
  version: () => process.version,
  start: () => startNodeServer("floor-server.js", "http2", "floor"),
};

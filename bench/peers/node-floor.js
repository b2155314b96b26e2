// The Node floor: a program on Node that does nothing but write(). No server on Node can cost less on this machine.

import process from "node:process";
import { startPrintingServer } from "./printing-server.js";
import { fileURLToPath } from "node:url";

const PROGRAM = fileURLToPath(new URL("./servers/floor-server.js", import.meta.url));

/** @type {import("./peer.js").Peer} */
export const nodeFloor = {
  id: "node-floor",
  label: "Node floor",
  tool: null,
  toolRequired: false,
  fanoutDeliveriesMax: Infinity,
  version: () => process.version,
  start: () => startPrintingServer(process.execPath, [PROGRAM], "http2", "floor"),
};

// The same service by hand on node:http2: no gRPC library, one encoded buffer shared by all streams.

import process from "node:process";
import { startNodeServer } from "./printing-server.js";

/** @type {import("./peer.js").Peer} */
export const nodeHttp2 = {
  id: "node-http2",
  label: "node:http2",
  tool: null,
  toolRequired: false,
  fanoutDeliveriesMax: 4_000_000,
  version: () => `nghttp2 ${process.versions.nghttp2}`,
  start: () => startNodeServer("node-http2-server.js", "http2", "grpc"),
};

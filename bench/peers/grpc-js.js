// The server that a user of @grpc/grpc-js would write: generated codecs, streams in a set, one write for each.

import { createRequire } from "node:module";
import { startNodeServer } from "./printing-server.js";

/** @type {import("./peer.js").Peer} */
export const grpcJs = {
  id: "grpc-js",
  label: "grpc-js",
  tool: null,
  toolRequired: false,
  fanoutDeliveriesMax: 500_000,
  version: () => createRequire(import.meta.url)("@grpc/grpc-js/package.json").version,
  start: () => startNodeServer("grpc-js-server.js", "http2", "grpc"),
};

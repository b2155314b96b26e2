// The server that a user of grpc-go would write: generated codecs, a goroutine and a channel for each subscriber.

import { startPrintingServer } from "./printing-server.js";
import { GO, createGoProgram } from "./go-program.js";

const program = createGoProgram("grpc", "google.golang.org/grpc", ".");

/** @type {import("./peer.js").Peer} */
export const grpcGo = {
  id: "grpc-go",
  label: "grpc-go",
  tool: GO,
  toolRequired: true,
  prepare: program.build,
  fanoutDeliveriesMax: 2_000_000,
  version: program.version,
  start: () => startPrintingServer(program.path, [], "http2", "grpc"),
};

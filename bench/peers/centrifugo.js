// Centrifugo, built from its Go module: memory engine, no history, its limits on slow subscribers lifted.

import { startConfiguredServer } from "./configured-server.js";
import { GO, createGoProgram } from "./go-program.js";
import { HOST } from "./peer.js";

const MODULE = "github.com/centrifugal/centrifugo/v6";
const QUEUE_BYTES_MAX = 2 ** 30;
const CHANNELS_MAX = 10_000;

const program = createGoProgram("centrifugo", MODULE, MODULE);

/** @param {number} port */
function toConfiguration(port) {
  return JSON.stringify({
    http_server: { address: HOST, port },
    log: { level: "error" },
    engine: { type: "memory" },
    client: { insecure: true, queue_max_size: QUEUE_BYTES_MAX, channel_limit: CHANNELS_MAX },
    websocket: { write_timeout: "60s" },
    http_api: { insecure: true },
    usage_stats: { disabled: true },
  });
}

/** @type {import("./peer.js").Peer} */
export const centrifugo = {
  id: "centrifugo",
  label: "Centrifugo",
  tool: GO,
  toolRequired: true,
  prepare: program.build,
  slowToBuild: true,
  fanoutDeliveriesMax: 2_000_000,
  version: program.version,
  start: async () => {
    const { pid, port, stop } = await startConfiguredServer({
      command: program.path,
      fileName: "centrifugo.json",
      toConfiguration,
      toArgs: (file) => ["--config", file],
    });
    /** @type {import("./peer.js").Target} */
    const target = {
      port,
      subscribeProtocol: "centrifugo",
      publishProtocol: "centrifugo",
      authorization: null,
    };
    return { pid, target, stop };
  },
};

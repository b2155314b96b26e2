// Centrifugo, built from its Go module: memory engine, its limits on slow subscribers lifted, history only where it must resume.

import { startConfiguredServer } from "./configured-server.js";
import { GO, createGoProgram } from "./go-program.js";
import { HOST } from "./peer.js";

const MODULE = "github.com/centrifugal/centrifugo/v6";
const QUEUE_BYTES_MAX = 2 ** 30;
const CHANNELS_MAX = 10_000;

const program = createGoProgram("centrifugo", MODULE, MODULE);

/** What a client can recover after being away: more than any test here misses. */
const HISTORY = { history_size: 10_000, history_ttl: "300s", force_recovery: true, force_positioning: true };

/** @param {number} port @param {object} channels  options of all channels */
function toConfiguration(port, channels) {
  return JSON.stringify({
    http_server: { address: HOST, port },
    log: { level: "error" },
    engine: { type: "memory" },
    client: { insecure: true, queue_max_size: QUEUE_BYTES_MAX, channel_limit: CHANNELS_MAX },
    websocket: { write_timeout: "60s" },
    http_api: { insecure: true },
    channel: { without_namespace: channels },
    usage_stats: { disabled: true },
  });
}

/** @param {object} channels @returns {Promise<import("./peer.js").RunningPeer>} */
async function startCentrifugo(channels) {
  const { pid, port, stop } = await startConfiguredServer({
    command: program.path,
    fileName: "centrifugo.json",
    toConfiguration: (at) => toConfiguration(at, channels),
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
  start: () => startCentrifugo({}),
  startResumable: async () => {
    const running = await startCentrifugo(HISTORY);
    return { ...running, target: { ...running.target, resume: "offset-and-epoch" } };
  },
};

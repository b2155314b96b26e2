// Mosquitto: MQTT 3.1.1, QoS 0, nothing persistent, its limits lifted.

import { readVersion, requireTool } from "../system/tools.js";
import { startConfiguredServer } from "./configured-server.js";
import { HOST } from "./peer.js";

const TOOL = "mosquitto";

/** Keeping root, where the bench runs as root, keeps the limit on open files as well. @param {number} port */
function toConfiguration(port) {
  return `listener ${port} ${HOST}
allow_anonymous true
user root
persistence false
log_type error
set_tcp_nodelay true
max_connections -1
max_inflight_messages 0
max_queued_messages 0
`;
}

/** @type {import("./peer.js").Peer} */
export const mosquitto = {
  id: "mosquitto",
  label: "Mosquitto",
  tool: TOOL,
  toolRequired: true,
  fanoutDeliveriesMax: 1_000_000,
  version: () => readVersion(requireTool(TOOL), ["-h"]),
  start: async () => {
    const { pid, port, stop } = await startConfiguredServer({
      command: requireTool(TOOL),
      fileName: "mosquitto.conf",
      toConfiguration,
      toArgs: (file) => ["-c", file],
    });
    /** @type {import("./peer.js").Target} */
    const target = { port, subscribeProtocol: "mqtt", publishProtocol: "mqtt", authorization: null };
    return { pid, target, stop };
  },
};

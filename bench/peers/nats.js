// NATS with its normal settings.

import { endProcess, startChild, waitForChild } from "../system/child.js";
import { findFreePort, probePort } from "../system/port.js";
import { readVersion, requireTool } from "../system/tools.js";
import { HOST } from "./peer.js";

const TOOL = "nats-server";

/** @type {import("./peer.js").Peer} */
export const nats = {
  id: "nats",
  label: "NATS",
  tool: TOOL,
  toolRequired: true,
  fanoutDeliveriesMax: Infinity,
  version: () => readVersion(requireTool(TOOL), ["--version"]),
  start: async () => {
    const port = await findFreePort();
    const child = startChild(requireTool(TOOL), ["-a", HOST, "-p", String(port)]);
    await waitForChild(child, () => probePort(port));
    return {
      pid: /** @type {number} */ (child.pid),
      target: { port, subscribeProtocol: "nats", publishProtocol: "nats", authorization: null },
      stop: () => endProcess(child),
    };
  },
};

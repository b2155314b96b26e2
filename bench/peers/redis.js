// Redis (or a server that takes its flags): pub/sub without persistence, its limits on connections and slow subscribers lifted.

import { endProcess, startChild, waitForChild } from "../system/child.js";
import { findFreePort, probePort } from "../system/port.js";
import { readVersion, requireTool } from "../system/tools.js";
import { HOST } from "./peer.js";

const TOOL = "redis-server";

/** @type {import("./peer.js").Peer} */
export const redis = {
  id: "redis",
  label: "Redis",
  tool: TOOL,
  toolRequired: true,
  fanoutDeliveriesMax: Infinity,
  version: () => readVersion(requireTool(TOOL), ["--version"]),
  start: async () => {
    const port = await findFreePort();
    const flags = `--bind ${HOST} --port ${port} --appendonly no --maxclients 60000 --client-output-buffer-limit pubsub 0 0 0`;
    const child = startChild(requireTool(TOOL), [...flags.split(" "), "--save", ""]);
    await waitForChild(child, () => probePort(port));
    return {
      pid: /** @type {number} */ (child.pid),
      target: { port, subscribeProtocol: "redis", publishProtocol: "redis", authorization: null },
      stop: () => endProcess(child),
    };
  },
};

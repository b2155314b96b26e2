// NATS with its normal settings, the present release, built from its Go module.

import { endProcess, startChild, waitForChild } from "../system/child.js";
import { findFreePort, probePort } from "../system/port.js";
import { GO, createGoProgram } from "./go-program.js";
import { HOST } from "./peer.js";

const MODULE = "github.com/nats-io/nats-server/v2";

const program = createGoProgram("nats", MODULE, MODULE);

/** @type {import("./peer.js").Peer} */
export const nats = {
  id: "nats",
  label: "NATS",
  tool: GO,
  toolRequired: true,
  prepare: program.build,
  fanoutDeliveriesMax: Infinity,
  version: program.version,
  start: async () => {
    const port = await findFreePort();
    const child = startChild(program.path, ["-a", HOST, "-p", String(port)]);
    await waitForChild(child, () => probePort(port));
    return {
      pid: /** @type {number} */ (child.pid),
      target: { port, subscribeProtocol: "nats", publishProtocol: "nats", authorization: null },
      stop: () => endProcess(child),
    };
  },
};

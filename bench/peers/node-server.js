// Starts one of the servers of servers/ in a Node process of its own; it prints its port as its first line.

import process from "node:process";
import { fileURLToPath } from "node:url";
import { endProcess, startChild, waitForChild } from "../system/child.js";

/** @param {string} fileName @returns {Promise<import("./peer.js").RunningPeer>} */
export async function startNodeServer(fileName) {
  const program = fileURLToPath(new URL(`./servers/${fileName}`, import.meta.url));
  const child = startChild(process.execPath, [program]);
  const port = await waitForChild(child, (output) => {
    const found = /^port (\d+)\n/m.exec(output);
    return found === null ? null : Number(found[1]);
  });
  return {
    pid: /** @type {number} */ (child.pid),
    target: { port, subscribeProtocol: "http2", publishProtocol: "grpc", authorization: null },
    stop: () => endProcess(child),
  };
}

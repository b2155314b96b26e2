// Starts a server of ours: a process that prints its port as its first line.

import process from "node:process";
import { fileURLToPath } from "node:url";
import { endProcess, startChild, waitForChild } from "../system/child.js";

/** @typedef {import("./peer.js").Target} Target */

/**
 * @param {string} command @param {string[]} args
 * @param {Target["subscribeProtocol"]} subscribeProtocol @param {Target["publishProtocol"]} publishProtocol
 * @returns {Promise<import("./peer.js").RunningPeer>}
 */
export async function startPrintingServer(command, args, subscribeProtocol, publishProtocol) {
  const child = startChild(command, args);
  const port = await waitForChild(child, (output) => {
    const found = /^port (\d+)\n/m.exec(output);
    return found === null ? null : Number(found[1]);
  });
  return {
    pid: /** @type {number} */ (child.pid),
    target: { port, subscribeProtocol, publishProtocol, authorization: null },
    stop: () => endProcess(child),
  };
}

/**
 * One of servers/, in a Node process of its own.
 * @param {string} fileName @param {Target["subscribeProtocol"]} subscribeProtocol
 * @param {Target["publishProtocol"]} publishProtocol
 * @returns {Promise<import("./peer.js").RunningPeer>}
 */
export function startNodeServer(fileName, subscribeProtocol, publishProtocol) {
  const program = fileURLToPath(new URL(`./servers/${fileName}`, import.meta.url));
  return startPrintingServer(process.execPath, [program], subscribeProtocol, publishProtocol);
}

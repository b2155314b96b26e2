// Starts a server that is told its port and folder in a configuration file, and removes the file with it.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { endProcess, startChild, waitForChild } from "../system/child.js";
import { findFreePort, probePort } from "../system/port.js";

/**
 * @param {object} server
 * @param {string} server.command
 * @param {string} server.fileName  of the configuration
 * @param {(port: number, folder: string) => string} server.toConfiguration
 * @param {(file: string) => string[]} server.toArgs
 * @returns {Promise<{ pid: number, port: number, stop: () => Promise<void> }>} once it accepts connections
 */
export async function startConfiguredServer({ command, fileName, toConfiguration, toArgs }) {
  const folder = await mkdtemp(join(tmpdir(), "subito-bench-"));
  const removeFolder = () => rm(folder, { recursive: true, force: true });
  try {
    const port = await findFreePort();
    const file = join(folder, fileName);
    await writeFile(file, toConfiguration(port, folder));
    const child = startChild(command, toArgs(file));
    await waitForChild(child, () => probePort(port));
    return {
      pid: /** @type {number} */ (child.pid),
      port,
      stop: async () => {
        await endProcess(child);
        await removeFolder();
      },
    };
  } catch (error) {
    await removeFolder();
    throw error;
  }
}

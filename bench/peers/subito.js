// Ourselves, as a user starts it: the built command, a fresh data directory, every call with a real API key.

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { endProcess, startChild, waitForChild } from "../system/child.js";

const PROGRAM = fileURLToPath(new URL("../../packages/cli/bin/subito.js", import.meta.url));
const MANIFEST = new URL("../../packages/cli/package.json", import.meta.url);

/**
 * @param {string} output  of `subito serve`
 * @returns {{ port: number, authorization: string } | null} null while it is not all there
 */
export function parseReadyLines(output) {
  const address = /^Subito listens on http:\/\/127\.0\.0\.1:(\d+)\s*\n/m.exec(output)?.[1];
  const key = /API key: *([A-Za-z0-9+/=_-]+)\s*\n/.exec(output)?.[1];
  if (address === undefined || key === undefined) return null;
  const { api_key: authorization } = JSON.parse(Buffer.from(key, "base64").toString());
  return { port: Number(address), authorization };
}

/** @typedef {import("./peer.js").Target} Target */

/** @param {Target["subscribeProtocol"]} subscribeProtocol @param {readonly string[]} [flags] @returns {Promise<import("./peer.js").RunningPeer>} */
export async function startSubito(subscribeProtocol, flags = []) {
  await readFile(PROGRAM).catch(() => {
    throw new Error("packages/cli is not built: run `npm run build` first");
  });
  const folder = await mkdtemp(join(tmpdir(), "subito-bench-"));
  const args = ["serve", "--port", "0", "--data-dir", folder, "--auth", "required", "--log-level", "error"];
  const child = startChild(process.execPath, [PROGRAM, ...args, ...flags]);
  const removeFolder = () => rm(folder, { recursive: true, force: true });
  try {
    const { port, authorization } = await waitForChild(child, parseReadyLines);
    return {
      pid: /** @type {number} */ (child.pid),
      target: {
        port,
        subscribeProtocol,
        publishProtocol: "grpc",
        authorization,
        resume: "sequence-and-page",
      },
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

const common = {
  tool: null,
  toolRequired: false,
  fanoutDeliveriesMax: Infinity,
  version: () => JSON.parse(readFileSync(MANIFEST, "utf8")).version,
};

/** @type {import("./peer.js").Peer} */
export const subito = { ...common, id: "subito", label: "Subito", start: () => startSubito("http2") };

/** As many sockets as the tables have come from one address. */
const ROOM = ["--web-sockets-per-address", "100000"];

/** The same server, subscribed to through `/ws`. @type {import("./peer.js").Peer} */
export const subitoWebSocket = {
  ...common,
  id: "subito-websocket",
  label: "Subito, WebSocket",
  start: () => startSubito("subito-websocket", ROOM),
};

// The C floor: a program that does nothing but send(), compiled here. No server can cost less on this machine.

import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { readVersion, requireTool } from "../system/tools.js";
import { startPrintingServer } from "./printing-server.js";

const TOOL = "cc";
const SOURCE = fileURLToPath(new URL("./servers/floor.c", import.meta.url));
const BUILD_FOLDER = fileURLToPath(new URL("../.build/", import.meta.url));

/** @returns {Promise<string>} the program's path */
async function buildFloor() {
  await mkdir(BUILD_FOLDER, { recursive: true });
  const program = `${BUILD_FOLDER}floor`;
  await promisify(execFile)(requireTool(TOOL), [
    "-O2",
    "-std=gnu11",
    "-Wall",
    "-Werror",
    "-o",
    program,
    SOURCE,
  ]);
  return program;
}

/** @type {import("./peer.js").Peer} */
export const cFloor = {
  id: "c-floor",
  label: "C floor",
  tool: TOOL,
  toolRequired: false,
  fanoutDeliveriesMax: Infinity,
  version: () => `cc ${readVersion(requireTool(TOOL), ["-dumpfullversion"])}`,
  start: async () => startPrintingServer(await buildFloor(), [], "http2", "floor"),
};

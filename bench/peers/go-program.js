// Builds the peers that are Go programs into a folder that is kept: what their go.sum names, and nothing else.

import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { readVersion, requireTool } from "../system/tools.js";

const BUILD_FOLDER = fileURLToPath(new URL("../.build/", import.meta.url));

export const GO = "go";

/**
 * @typedef {object} GoProgram
 * @property {string} path  of the built program
 * @property {() => Promise<void>} build  quick when nothing has changed; rejects with what Go says
 * @property {() => string} version  of the module that matters, and of Go
 */

/**
 * @param {string} folder  in servers/go, with a go.mod of its own, so that no peer changes what another one is built with
 * @param {string} module  whose version is reported
 * @param {string} packageName  to build
 * @returns {GoProgram}
 */
export function createGoProgram(folder, module, packageName) {
  const source = fileURLToPath(new URL(`./servers/go/${folder}/`, import.meta.url));
  const path = `${BUILD_FOLDER}go-${folder}`;
  return {
    path,
    build: async () => {
      const args = ["build", "-mod=readonly", "-o", path, packageName];
      await promisify(execFile)(requireTool(GO), args, { cwd: source });
    },
    version: () => {
      const line = readFileSync(`${source}go.mod`, "utf8")
        .split("\n")
        .find((text) => text.includes(`${module} v`));
      const found = /v(\d[^\s]*)/.exec(line?.slice(line.indexOf(module) + module.length) ?? "");
      return `${found?.[1] ?? "unknown"} (Go ${readVersion(requireTool(GO), ["version"])})`;
    },
  };
}

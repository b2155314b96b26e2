// Where the official clients are that the README's programs need: those that the other conformance runs have installed.

import { existsSync } from "node:fs";
import { join } from "node:path";

import { repositoryRoot } from "../harness.mjs";
import { captureCommand, hasCommand } from "../tools/commands.mjs";

const conformance = join(repositoryRoot, "conformance");
export const nodeModules = join(conformance, "node", "node_modules");
export const goModule = join(conformance, "go");

/**
 * @typedef {object} Missing
 * @property {string} missing what is not here
 * @property {boolean} hasToolchain the language itself is here, only the client is not installed
 */

/**
 * Why a language's program cannot be run; undefined when it can.
 * @type {Record<"node" | "python" | "go", () => Promise<Missing | undefined>>}
 */
export const findMissing = {
  node: async () =>
    existsSync(join(nodeModules, "@gomomento", "sdk"))
      ? undefined
      : {
          missing: "the Node client is not installed; conformance/node/run.mjs does that",
          hasToolchain: true,
        },

  python: async () => {
    const { command, env } = findPython();
    const imported = await captureCommand(command, ["-c", "import momento"], { env });
    if (imported.status === 0) return undefined;
    return hasCommand("python3")
      ? {
          missing: "the Python client is not installed; conformance/python/run.mjs does that",
          hasToolchain: true,
        }
      : { missing: "python3 is missing", hasToolchain: false };
  },

  go: async () => {
    if (!hasCommand("go", ["version"])) return { missing: "go is missing", hasToolchain: false };
    const found = await captureCommand(
      "go",
      ["list", "-m", "-f", "{{.Dir}}", "github.com/momentohq/client-sdk-go"],
      {
        cwd: goModule,
        env: { GOPROXY: "off", GOFLAGS: "-mod=readonly" },
      },
    );
    if (found.status === 0 && found.stdout.trim() !== "") return undefined;
    return {
      missing: "the Go client is not downloaded; conformance/go/run.mjs does that",
      hasToolchain: true,
    };
  },
};

/**
 * The interpreter that has the client, as conformance/python/run.mjs leaves it.
 * @returns {{ command: string, env: Record<string, string> }}
 */
export function findPython() {
  const environment = join(conformance, "python", ".venv");
  const packages = join(environment, "packages");
  return existsSync(packages)
    ? { command: process.env["PYTHON"] ?? "python3", env: { PYTHONPATH: packages } }
    : { command: join(environment, "bin", "python"), env: {} };
}

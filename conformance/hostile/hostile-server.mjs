// The built server as attacks meet it: with a plaintext port and a TLS port.

import { join } from "node:path";

import { createTemporaryDirectory, repositoryRoot, startSubito } from "../harness.mjs";
import { captureCommand } from "../tools/commands.mjs";

/** @typedef {import("../harness.mjs").SubitoServer & { tlsPort: number }} HostileServer */

/** Less time than by default, so that attacks which wait for its end need not be waited for as long. */
export const shortPreface = ["--preface-timeout-ms", "2000"];

/** Made once: no attack depends on which certificate it is. @type {Promise<string> | undefined} */
let certificates;

async function makeCertificates() {
  const directory = join(createTemporaryDirectory(), "tls");
  const command = join(repositoryRoot, "packages", "cli", "bin", "subito.js");
  const made = await captureCommand(process.execPath, [command, "cert", "--dir", directory]);
  if (made.status !== 0) throw new Error(`subito cert: ${made.reason}: ${made.stderr}`);
  return directory;
}

/**
 * @param {readonly string[]} [args] more flags
 * @returns {Promise<HostileServer>}
 */
export async function startHostileServer(args = []) {
  const directory = await (certificates ??= makeCertificates());
  const server = await startSubito({
    args: [
      ...["--log-level", "error", "--tls-port", "0"],
      ...["--tls-cert", join(directory, "cert.pem"), "--tls-key", join(directory, "key.pem")],
      ...args,
    ],
  });
  const { tlsPort } = server;
  if (tlsPort === undefined) throw new Error("the server has no TLS port");
  return Object.assign(server, { tlsPort });
}

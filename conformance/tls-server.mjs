// Starts the built server with a plaintext port and a TLS port, under a certificate of `subito cert`, for the tests of gRPC libraries.

import assert from "node:assert/strict";
import { join } from "node:path";

import { createTemporaryDirectory, repositoryRoot, startSubito } from "./harness.mjs";
import { captureCommand } from "./tools/commands.mjs";

const commandPath = join(repositoryRoot, "packages", "cli", "bin", "subito.js");

/**
 * A server on loopback with both ports. Its certificate is for `localhost`.
 * @returns {Promise<{ server: import("./harness.mjs").SubitoServer, tlsAddress: string, caFile: string }>}
 */
export async function startWithTls() {
  const directory = join(createTemporaryDirectory(), "cert");
  const made = await captureCommand(process.execPath, [
    ...[commandPath, "cert", "--dir", directory, "--endpoint", "localhost"],
  ]);
  assert.equal(made.status, 0, `${made.reason}: ${made.stderr}`);
  const server = await startSubito({
    args: [
      ...["--tls-port", "0", "--endpoint", "localhost"],
      ...["--tls-cert", join(directory, "cert.pem"), "--tls-key", join(directory, "key.pem")],
    ],
  });
  return { server, tlsAddress: `localhost:${server.tlsPort}`, caFile: join(directory, "ca.pem") };
}

/**
 * The same, with what a test in another language is told by environment variables.
 * @returns {Promise<{ env: Record<string, string>, stop: () => Promise<number> }>}
 */
export async function startForGrpc() {
  const { server, tlsAddress, caFile } = await startWithTls();
  const { api_key: token } = JSON.parse(Buffer.from(server.apiKey ?? "", "base64").toString());
  return {
    env: {
      SUBITO_ADDRESS: `${server.host}:${server.port}`,
      SUBITO_TLS_ADDRESS: tlsAddress,
      SUBITO_CA_FILE: caFile,
      SUBITO_TOKEN: token,
    },
    stop: () => server.stop(),
  };
}

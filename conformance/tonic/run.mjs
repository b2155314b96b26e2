// Runs the conformance tests of tonic, the gRPC library of Rust, against the built server.
// Exit code: 0 all passed, 77 skipped (the reason is the last line), anything else failed.

import { startForGrpc } from "../tls-server.mjs";
import { hasCommand, runCommand, skip } from "../tools/commands.mjs";

const cwd = import.meta.dirname;
const runTimeoutMs = 300_000;

if (!hasCommand("cargo")) skip("conformance/tonic skipped: cargo is missing");
// Fetching the crates that Cargo.lock names may fail for want of a network; what fails after that is ours.
const fetched = await runCommand("cargo", ["fetch", "--locked", "--quiet"], { cwd });
if (fetched.status !== 0) skip(`conformance/tonic skipped: tonic cannot be installed (${fetched.reason})`);
const built = await runCommand("cargo", ["build", "--locked", "--offline"], { cwd });
if (built.status !== 0) {
  console.error(built.reason);
  process.exit(1);
}

const server = await startForGrpc();
const result = await runCommand("cargo", ["run", "--locked", "--offline", "--quiet"], {
  cwd,
  timeoutMs: runTimeoutMs,
  env: server.env,
});
const stopCode = await server.stop();
if (result.status !== 0) console.error(result.reason);
if (stopCode !== 0) {
  console.error(`The server ended with ${stopCode} instead of 0.`);
  process.exit(1);
}
process.exit(result.status === 0 ? 0 : 1);

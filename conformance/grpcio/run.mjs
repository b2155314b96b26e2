// Runs the conformance tests of grpcio, without the Momento client, against the built server.
// Exit code: 0 all passed, 77 skipped (the reason is the last line), anything else failed.
// Arguments are handed to pytest: `node run.mjs -k cancel`. The environment variable PYTHON names the interpreter.

import { startForGrpc } from "../tls-server.mjs";
import { installPython } from "../python/install.mjs";
import { runCommand } from "../tools/commands.mjs";

const directory = import.meta.dirname;
const runTimeoutMs = 600_000;

const { python, env } = await installPython("grpcio");
const server = await startForGrpc();
const result = await runCommand(python, ["-m", "pytest", ...process.argv.slice(2)], {
  cwd: directory,
  timeoutMs: runTimeoutMs,
  env: { ...env, ...server.env, PYTHONDONTWRITEBYTECODE: "1" },
});
const stopCode = await server.stop();
if (result.status === undefined) console.error(result.reason);
if (stopCode !== 0) {
  console.error(`The server ended with ${stopCode} instead of 0.`);
  process.exit(1);
}
process.exit(result.status ?? 1);

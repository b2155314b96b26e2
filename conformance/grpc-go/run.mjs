// Runs the conformance tests of grpc-go, without the Momento client, against the built server.
// Exit code: 0 all passed, 77 skipped (the reason is the last line), anything else failed.
// Arguments are handed to the test program: `node run.mjs -test.run Cancel`.

import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";

import { startForGrpc } from "../tls-server.mjs";
import { hasCommand, runCommand, skip } from "../tools/commands.mjs";

const directory = import.meta.dirname;
const programPath = join(directory, "..", ".tools", "conformance-grpc-go.test");
const runTimeoutMs = 600_000;

if (!hasCommand("go", ["version"])) skip("conformance/grpc-go skipped: go is missing");
mkdirSync(dirname(programPath), { recursive: true });
// Fetching the modules that go.sum names may fail for want of a network; what fails after that is ours.
const fetched = await runCommand("go", ["mod", "download"], { cwd: directory });
if (fetched.status !== 0)
  skip(`conformance/grpc-go skipped: grpc-go cannot be installed (${fetched.reason})`);
const built = await runCommand("go", ["test", "-mod=readonly", "-c", "-o", programPath, "."], {
  cwd: directory,
});
if (built.status !== 0) {
  console.error(built.reason);
  process.exit(1);
}

const server = await startForGrpc();
const result = await runCommand(programPath, ["-test.v", "-test.timeout=8m", ...process.argv.slice(2)], {
  cwd: directory,
  timeoutMs: runTimeoutMs,
  env: server.env,
});
const stopCode = await server.stop();
if (result.status === undefined) console.error(result.reason);
if (stopCode !== 0) {
  console.error(`The server ended with ${stopCode} instead of 0.`);
  process.exit(1);
}
process.exit(result.status ?? 1);

// Runs the conformance tests of the published Go client against the built server.
// Exit code: 0 all passed, 77 skipped (the reason is the last line), anything else failed.
// Arguments are handed to the test program: `node run.mjs -test.run Resume`.

import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { startSubito } from "../harness.mjs";
import { hasCommand, runCommand, skip } from "../tools/commands.mjs";

const directory = dirname(fileURLToPath(import.meta.url));
const programPath = join(directory, "..", ".tools", "conformance-go.test");
const runTimeoutMs = 600_000;

if (!hasCommand("go", ["version"])) skip("conformance/go skipped: go is missing");
mkdirSync(dirname(programPath), { recursive: true });
// Fetching the modules that go.sum names may fail for want of a network; what fails after that is ours.
const fetched = await runCommand("go", ["mod", "download"], { cwd: directory });
if (fetched.status !== 0)
  skip(`conformance/go skipped: the Momento client cannot be installed (${fetched.reason})`);
const built = await runCommand("go", ["test", "-mod=readonly", "-c", "-o", programPath, "."], {
  cwd: directory,
});
if (built.status !== 0) {
  console.error(built.reason);
  process.exit(1);
}

const open = await startSubito();
const closed = await startSubito({ args: ["--auth", "required"] });
const result = await runCommand(programPath, ["-test.v", "-test.timeout=8m", ...process.argv.slice(2)], {
  cwd: directory,
  timeoutMs: runTimeoutMs,
  env: {
    MOMENTO_PORT: String(open.port),
    MOMENTO_CLOSED_PORT: String(closed.port),
    MOMENTO_CLOSED_API_KEY: closed.apiKey ?? "",
  },
});
const stopCodes = [await open.stop(), await closed.stop()];
if (result.status === undefined) console.error(result.reason);
if (stopCodes.some((code) => code !== 0)) {
  console.error(`The servers ended with ${stopCodes.join(" and ")} instead of 0.`);
  process.exit(1);
}
process.exit(result.status ?? 1);

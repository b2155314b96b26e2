// Runs the conformance tests of the published Python client against the built server.
// Exit code: 0 all passed, 77 skipped (the reason is the last line), anything else failed.
// Arguments are handed to pytest: `node run.mjs -k resume`. The environment variable PYTHON names the interpreter.

import { startSubito } from "../harness.mjs";
import { runCommand } from "../tools/commands.mjs";
import { installPython } from "./install.mjs";

const directory = import.meta.dirname;
const runTimeoutMs = 900_000;

const { python, env } = await installPython("python");
const open = await startSubito();
const closed = await startSubito({ args: ["--auth", "required"] });
const result = await runCommand(python, ["-m", "pytest", ...process.argv.slice(2)], {
  cwd: directory,
  timeoutMs: runTimeoutMs,
  env: {
    ...env,
    PYTHONDONTWRITEBYTECODE: "1",
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

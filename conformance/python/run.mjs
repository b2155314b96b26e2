// Runs the conformance tests of the published Python client against the built server.
// Exit code: 0 all passed, 77 skipped (the reason is the last line), anything else failed.
// Arguments are handed to pytest: `node run.mjs -k resume`. The environment variable PYTHON names the interpreter.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { startSubito } from "../harness.mjs";
import { captureCommand, runCommand, skip } from "../tools/commands.mjs";

const directory = dirname(fileURLToPath(import.meta.url));
const environment = join(directory, ".venv");
const installedMark = join(environment, ".installed-from-lock");
const lockFile = join(directory, "requirements.txt");
const runTimeoutMs = 900_000;

/** @typedef {{ python: string, env: Record<string, string> }} Installation */

/**
 * Installs exactly what the lock file names into .venv, unless that was done before. Where the venv module is missing (Debian has
 * it as a package of its own), the packages are put into that directory without an environment.
 * @returns {Promise<Installation>}
 */
async function installClient() {
  const system = process.env["PYTHON"] ?? "python3";
  const version = await captureCommand(system, ["-c", "import sys; print(sys.executable, sys.version)"]);
  if (version.status !== 0) skip(`conformance/python skipped: ${system} is missing (${version.reason})`);

  const venvPython = join(environment, "bin", "python");
  const packages = join(environment, "packages");
  const wanted = createHash("sha256").update(readFileSync(lockFile)).update(version.stdout).digest("hex");
  if (!existsSync(installedMark) || readFileSync(installedMark, "utf8") !== wanted) {
    rmSync(environment, { recursive: true, force: true });
    const venv = await captureCommand(system, ["-m", "venv", environment]);
    const install = [
      "-m",
      "pip",
      "install",
      "--quiet",
      "--require-hashes",
      "--only-binary=:all:",
      "-r",
      lockFile,
    ];
    if (venv.status !== 0) {
      rmSync(environment, { recursive: true, force: true });
      mkdirSync(packages, { recursive: true });
    }
    const installed =
      venv.status === 0
        ? await runCommand(venvPython, install)
        : await runCommand(system, [...install, "--target", packages]);
    if (installed.status !== 0) {
      const withoutVenv = venv.status === 0 ? "" : "; the venv module does not work either";
      skip(
        `conformance/python skipped: the Momento client cannot be installed (${installed.reason}${withoutVenv})`,
      );
    }
    writeFileSync(installedMark, wanted);
  }
  return existsSync(packages)
    ? { python: system, env: { PYTHONPATH: packages } }
    : { python: venvPython, env: {} };
}

const { python, env } = await installClient();
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

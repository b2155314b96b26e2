// Installs what the tests in Python need: the published Momento client with grpcio, and pytest.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { captureCommand, runCommand, skip } from "../tools/commands.mjs";

const directory = import.meta.dirname;
const environment = join(directory, ".venv");
const installedMark = join(environment, ".installed-from-lock");
const lockFile = join(directory, "requirements.txt");

/** @typedef {{ python: string, env: Record<string, string> }} Installation */

/**
 * Installs exactly what the lock file names into .venv, unless that was done before. Where the venv module is missing (Debian has
 * it as a package of its own), the packages are put into that directory without an environment. Where nothing can be installed, this
 * process ends as skipped.
 * @param {string} folder whose tests want it, for the reason
 * @returns {Promise<Installation>}
 */
export async function installPython(folder) {
  const system = process.env["PYTHON"] ?? "python3";
  const version = await captureCommand(system, ["-c", "import sys; print(sys.executable, sys.version)"]);
  if (version.status !== 0) skip(`conformance/${folder} skipped: ${system} is missing (${version.reason})`);

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
        `conformance/${folder} skipped: the Momento client cannot be installed (${installed.reason}${withoutVenv})`,
      );
    }
    writeFileSync(installedMark, wanted);
  }
  return existsSync(packages)
    ? { python: system, env: { PYTHONPATH: packages } }
    : { python: venvPython, env: {} };
}

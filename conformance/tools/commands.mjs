// Runs commands without blocking this process, which at the same time drains the output of the server it started.

import { spawn, spawnSync } from "node:child_process";

/** What a run.mjs ends with when it could not test anything; the reason is its last line on stdout. */
export const skippedExitCode = 77;

/**
 * @typedef {object} CommandOptions
 * @property {string} [cwd]
 * @property {Readonly<Record<string, string | undefined>>} [env] More environment variables.
 * @property {number} [timeoutMs] Then the command is killed, and its status is undefined.
 *
 * @typedef {object} CommandResult
 * @property {number | undefined} status The exit code; undefined when it did not start, was killed or died of a signal.
 * @property {string} stdout Empty when the output was shown instead.
 * @property {string} stderr
 * @property {string} reason Why there is no usable result, or how it ended; for messages.
 */

/**
 * Runs a command and shows its output as it comes.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {CommandOptions} [options]
 * @returns {Promise<CommandResult>}
 */
export function runCommand(command, args, options = {}) {
  return startCommand(command, args, options, "inherit");
}

/**
 * Runs a command and keeps its output.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {CommandOptions} [options]
 * @returns {Promise<CommandResult>}
 */
export function captureCommand(command, args, options = {}) {
  return startCommand(command, args, options, "pipe");
}

/** @param {string} command @param {readonly string[]} [versionArguments] */
export function hasCommand(command, versionArguments = ["--version"]) {
  return spawnSync(command, versionArguments, { stdio: "ignore" }).status === 0;
}

/**
 * Ends this process as skipped.
 * @param {string} reason
 * @returns {never}
 */
export function skip(reason) {
  console.log(reason);
  process.exit(skippedExitCode);
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {CommandOptions} options
 * @param {"inherit" | "pipe"} output
 * @returns {Promise<CommandResult>}
 */
function startCommand(command, args, options, output) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ["ignore", output, output],
    });
    let stdout = "";
    let stderr = "";
    child.stdout?.setEncoding("utf8").on("data", (/** @type {string} */ text) => (stdout += text));
    child.stderr?.setEncoding("utf8").on("data", (/** @type {string} */ text) => (stderr += text));
    const timer =
      options.timeoutMs === undefined
        ? undefined
        : setTimeout(() => child.kill("SIGKILL"), options.timeoutMs);
    const killChild = () => child.kill("SIGKILL");
    process.once("exit", killChild);
    /** @param {number | null} code @param {string} reason */
    const finish = (code, reason) => {
      clearTimeout(timer);
      process.off("exit", killChild);
      resolve({ status: code ?? undefined, stdout, stderr, reason });
    };
    child.once("error", (error) => finish(null, error.message));
    child.once("close", (code, signal) =>
      finish(code, `${command} ${signal === null ? `ended with ${code}` : `died of ${signal}`}`),
    );
  });
}

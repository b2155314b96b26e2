// A terminal in which a reader of the README types a command: a shell with a process group of its own, ended as by Ctrl-C.

import { spawn } from "node:child_process";

/** @type {Set<Terminal>} */
const open = new Set();

process.on("exit", () => {
  for (const terminal of open) terminal.kill();
});

export class Terminal {
  stdout = "";
  stderr = "";
  #child;
  /** @type {Set<() => void>} */
  #listeners = new Set();
  /** @type {Promise<string>} how it ended: `exit code 0`, `signal SIGINT` … */
  ended;
  #hasEnded = false;

  /**
   * @param {string} commandLine for `sh`
   * @param {{ cwd: string, env?: Readonly<Record<string, string>> }} options
   */
  constructor(commandLine, { cwd, env = {} }) {
    this.commandLine = commandLine;
    this.#child = spawn("sh", ["-c", commandLine], {
      cwd,
      env: { ...toReaderEnv(process.env), ...env },
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    open.add(this);
    this.#child.stdout.setEncoding("utf8").on("data", (/** @type {string} */ text) => {
      this.stdout += text;
      this.#tell();
    });
    this.#child.stderr.setEncoding("utf8").on("data", (/** @type {string} */ text) => {
      this.stderr += text;
    });
    this.ended = new Promise((resolve) => {
      /** @param {string} how */
      const finish = (how) => {
        this.#hasEnded = true;
        open.delete(this);
        this.#tell();
        resolve(how);
      };
      this.#child.once("close", (code, signal) =>
        finish(signal === null ? `exit code ${code}` : `signal ${signal}`),
      );
      this.#child.once("error", (error) => finish(error.message));
    });
  }

  /** Lines printed so far, whole ones only. */
  lines() {
    return this.stdout.split("\n").slice(0, -1);
  }

  /**
   * Waits until stdout fulfils the condition; rejects with all that was printed when the command ends before, or time is over.
   * @param {() => boolean} isFulfilled
   * @param {string} what
   * @param {number} [timeoutMs]
   * @returns {Promise<void>}
   */
  waitFor(isFulfilled, what, timeoutMs = 120_000) {
    return new Promise((resolve, reject) => {
      const finish = (/** @type {string | undefined} */ problem) => {
        clearTimeout(timer);
        this.#listeners.delete(check);
        if (problem === undefined) resolve();
        else reject(new Error(`${problem}, waiting for ${what}\n${this.describe()}`));
      };
      const check = () => {
        if (isFulfilled()) finish(undefined);
        else if (this.#hasEnded) finish("ended");
      };
      const timer = setTimeout(() => finish(`not within ${timeoutMs} ms`), timeoutMs);
      this.#listeners.add(check);
      check();
    });
  }

  describe() {
    return `$ ${this.commandLine}\nstdout:\n${this.stdout}\nstderr:\n${this.stderr}`;
  }

  /** Ctrl-C: the signal goes to everything that runs in the terminal. Resolves to how the command ended. */
  interrupt() {
    this.#signal("SIGINT");
    return this.ended;
  }

  kill() {
    this.#signal("SIGKILL");
  }

  /** @param {NodeJS.Signals} signal */
  #signal(signal) {
    if (this.#hasEnded || this.#child.pid === undefined) return;
    try {
      process.kill(-this.#child.pid, signal);
    } catch {
      // The group ended just now.
    }
  }

  #tell() {
    for (const listener of [...this.#listeners]) listener();
  }
}

/**
 * The environment without what a reader does not have: our own variables, and what npm and node's test runner leave to their children.
 * npx gets the answer "no" to its question whether it may download a package.
 * @param {NodeJS.ProcessEnv} env
 */
function toReaderEnv(env) {
  const kept = Object.entries(env).filter(
    ([name]) => !/^(SUBITO_|NODE_TEST_|npm_(lifecycle|package)_)/.test(name),
  );
  return { ...Object.fromEntries(kept), npm_config_yes: "false", npm_config_update_notifier: "false" };
}

// Starts a built Subito server as its own process for the conformance runs of any language, and a TCP proxy for network faults.
// Imports nothing of the product: it knows the command line, what the command prints, and a port.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The root of the repository. */
export const repositoryRoot = join(dirname(fileURLToPath(import.meta.url)), "..");

const commandPath = join(repositoryRoot, "packages", "cli", "bin", "subito.js");
const startTimeoutMs = 20_000;
const keyTimeoutMs = 5_000;
/** Longer than the server's own grace, so that a server which needs its whole grace is not called hung. */
const stopTimeoutMs = 30_000;
const crashReportCharacters = 4_000;

/** @type {Set<import("node:child_process").ChildProcess>} */
const runningChildren = new Set();
/** @type {Set<string>} */
const temporaryDirectories = new Set();

// A test that fails in the middle, or a runner that is interrupted, must leave neither a process nor a directory behind.
process.on("exit", () => {
  for (const child of runningChildren) child.kill("SIGKILL");
  for (const directory of temporaryDirectories) rmSync(directory, { recursive: true, force: true });
});
for (const [signal, number] of /** @type {const} */ ([
  ["SIGINT", 2],
  ["SIGTERM", 15],
  ["SIGHUP", 1],
])) {
  process.once(signal, () => process.exit(128 + number));
}

/**
 * A new empty directory, removed when this process ends (or earlier by {@link removeTemporaryDirectory}).
 * @returns {string}
 */
export function createTemporaryDirectory() {
  const directory = mkdtempSync(join(tmpdir(), "subito-conformance-"));
  temporaryDirectories.add(directory);
  return directory;
}

/** @param {string} directory one made by {@link createTemporaryDirectory} */
export function removeTemporaryDirectory(directory) {
  if (temporaryDirectories.delete(directory)) rmSync(directory, { recursive: true, force: true });
}

/**
 * A port of 127.0.0.1 that is free now and lies outside the range from which systems give out ports by themselves, so that nobody
 * takes it while a server is restarted on it.
 * @returns {Promise<number>}
 */
export async function findFixedPort() {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    const probe = createServer();
    probe.listen(port, "127.0.0.1");
    const isFree = await once(probe, "listening").then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    probe.close();
    await once(probe, "close");
    return port;
  }
}

/**
 * @typedef {object} SubitoOptions
 * @property {readonly string[]} [args] More flags of `subito serve`, such as `["--auth", "required"]`.
 * @property {Readonly<Record<string, string>>} [env] More environment variables.
 * @property {string} [dataDir] Left in place afterwards. Without it a new temporary directory is used, and removed with the server.
 * @property {number | "none"} [port] Of the plaintext port. Without it (or 0) the server picks a free one.
 */

/**
 * @typedef {object} SubitoServer
 * @property {string} host
 * @property {number} port Of the plaintext port; NaN when it is off.
 * @property {string} url Of the plaintext port when there is one, else of the TLS port.
 * @property {number | undefined} tlsPort
 * @property {string | undefined} tlsUrl By a name that the certificate has.
 * @property {string | undefined} apiKey The base64 text of the key that this start made; undefined when the data directory had one.
 * @property {string} dataDir
 * @property {number} pid
 * @property {() => string} stdout All that it printed so far.
 * @property {() => string} stderr
 * @property {() => Promise<number>} stop SIGTERM; resolves to the exit code. Rejects when it hangs, or dies of a signal.
 * @property {() => Promise<void>} kill SIGKILL; resolves when the process is gone. Does nothing to one that has ended.
 * @property {() => boolean} isRunning
 */

/**
 * Starts `subito serve` on a free port and resolves when it says that it listens.
 * @param {SubitoOptions} [options]
 * @returns {Promise<SubitoServer>}
 */
export async function startSubito(options = {}) {
  if (!existsSync(commandPath)) {
    throw new Error(
      "The server is not built: packages/cli/bin/subito.js is missing. Run `npm ci && npm run build` first.",
    );
  }
  const ownsDataDir = options.dataDir === undefined;
  const dataDir = options.dataDir ?? createTemporaryDirectory();
  const expectsNewKey = !existsSync(dataDir) || readdirSync(dataDir).length === 0;

  const child = spawn(
    process.execPath,
    [
      commandPath,
      "serve",
      ...["--port", String(options.port ?? 0)],
      ...["--data-dir", dataDir],
      ...(options.args ?? []),
    ],
    {
      cwd: repositoryRoot,
      env: { ...toServerEnv(process.env), ...options.env },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  runningChildren.add(child);
  const output = collectOutput(child);
  let mayEnd = false;
  const exited = watchExit(child, () => {
    runningChildren.delete(child);
    if (!mayEnd) {
      const ending = output.stderr().slice(-crashReportCharacters);
      process.stderr.write(`the server ended by itself (${child.exitCode ?? child.signalCode}): ${ending}\n`);
    }
    if (ownsDataDir) removeTemporaryDirectory(dataDir);
  });

  // The line of the other port, if there is one, comes with it; "Data lies in" ends them.
  const listening = await output.find(
    /^(?:Subito listens on http:\/\/(.+):(\d+)\s*\n)?(?:Subito listens on https:\/\/(.+):(\d+)\s*\n)?Data lies in /m,
    startTimeoutMs,
    exited,
  );
  if (listening === undefined) {
    child.kill("SIGKILL");
    const { code, signal, error } = await exited;
    throw new Error(
      `subito serve did not come to listen; it had at most ${startTimeoutMs} ms ` +
        `(exit code ${code}, signal ${signal}${error === undefined ? "" : `, ${error.message}`}).\n` +
        `stdout:\n${output.stdout()}\nstderr:\n${output.stderr()}`,
    );
  }
  const key = expectsNewKey
    ? await output.find(/^\s*API key:\s*(\S+)\s*$/m, keyTimeoutMs, exited)
    : undefined;

  const [, host, portText, tlsHost, tlsPortText] = listening;
  const tlsUrl = tlsPortText === undefined ? undefined : `https://${tlsHost}:${tlsPortText}`;
  return {
    host: host ?? tlsHost ?? "",
    port: Number(portText),
    url: portText === undefined ? (tlsUrl ?? "") : `http://${host}:${portText}`,
    tlsPort: tlsPortText === undefined ? undefined : Number(tlsPortText),
    tlsUrl,
    apiKey: key?.[1],
    dataDir,
    pid: child.pid ?? 0,
    stdout: output.stdout,
    stderr: output.stderr,
    isRunning: () => runningChildren.has(child),
    stop: () => {
      mayEnd = true;
      return stopChild(child, exited, output);
    },
    kill: async () => {
      mayEnd = true;
      child.kill("SIGKILL");
      await exited;
    },
  };
}

/**
 * The environment without what would change the server from outside: its own variables, and the marks of node's test runner.
 * @param {NodeJS.ProcessEnv} env
 */
function toServerEnv(env) {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !name.startsWith("SUBITO_") && !name.startsWith("NODE_TEST_")),
  );
}

/**
 * @typedef {{ code: number | null, signal: NodeJS.Signals | null, error?: Error }} Exit
 *
 * @param {import("node:child_process").ChildProcess} child
 * @param {() => void} cleanUp
 * @returns {Promise<Exit>}
 */
function watchExit(child, cleanUp) {
  return new Promise((resolve) => {
    /** @param {Exit} exit */
    const finish = (exit) => {
      cleanUp();
      resolve(exit);
    };
    child.once("close", (code, signal) => finish({ code, signal }));
    child.once("error", (error) => finish({ code: null, signal: null, error }));
  });
}

/** @param {import("node:child_process").ChildProcess} child */
function collectOutput(child) {
  let stdout = "";
  let stderr = "";
  /** @type {Set<() => void>} */
  const listeners = new Set();
  child.stdout?.setEncoding("utf8").on("data", (/** @type {string} */ text) => {
    stdout += text;
    for (const listener of listeners) listener();
  });
  child.stderr?.setEncoding("utf8").on("data", (/** @type {string} */ text) => {
    stderr += text;
  });

  return {
    stdout: () => stdout,
    stderr: () => stderr,
    /**
     * The first match in stdout; undefined when the time is over or the process has ended without one.
     * @param {RegExp} pattern
     * @param {number} timeoutMs
     * @param {Promise<unknown>} ended
     * @returns {Promise<RegExpExecArray | undefined>}
     */
    find: (pattern, timeoutMs, ended) =>
      new Promise((resolve) => {
        const finish = () => {
          clearTimeout(timer);
          listeners.delete(check);
          resolve(pattern.exec(stdout) ?? undefined);
        };
        const check = () => {
          if (pattern.test(stdout)) finish();
        };
        const timer = setTimeout(finish, timeoutMs);
        listeners.add(check);
        void ended.then(finish);
        check();
      }),
  };
}

/**
 * @param {import("node:child_process").ChildProcess} child
 * @param {Promise<Exit>} exited
 * @param {{ stderr: () => string }} output
 */
async function stopChild(child, exited, output) {
  child.kill("SIGTERM");
  let hung = false;
  const timer = setTimeout(() => {
    hung = true;
    child.kill("SIGKILL");
  }, stopTimeoutMs);
  const { code, signal } = await exited;
  clearTimeout(timer);
  if (hung)
    throw new Error(`The server ignored SIGTERM for ${stopTimeoutMs} ms.\nstderr:\n${output.stderr()}`);
  if (code === null) throw new Error(`The server died of ${signal}.\nstderr:\n${output.stderr()}`);
  return code;
}

/** A TCP proxy on a free port of 127.0.0.1 that can be told to misbehave. Made by {@link startProxy}. */
export class FaultProxy {
  host = "127.0.0.1";
  port = 0;
  #refused = false;
  #paused = false;
  #totalConnections = 0;
  /** @type {Set<{ client: import("node:net").Socket, server: import("node:net").Socket }>} */
  #pairs = new Set();
  #listener;
  #targetPort;

  /** @param {number} targetPort */
  constructor(targetPort) {
    this.#targetPort = targetPort;
    this.#listener = createServer({ noDelay: true, pauseOnConnect: true }, (client) => this.#accept(client));
  }

  async listen() {
    this.#listener.listen(0, this.host);
    await once(this.#listener, "listening");
    this.port = /** @type {import("node:net").AddressInfo} */ (this.#listener.address()).port;
  }

  openConnections() {
    return this.#pairs.size;
  }

  /** Accepted so far, refused ones not counted. */
  totalConnections() {
    return this.#totalConnections;
  }

  /** Destroys every open connection, both sides; new ones are let through. */
  cut() {
    for (const { client, server } of [...this.#pairs]) {
      client.resetAndDestroy();
      server.resetAndDestroy();
    }
  }

  /** Passes nothing on, in both directions, of old and new connections: a network that swallows packets. */
  pause() {
    this.#paused = true;
    for (const { client, server } of this.#pairs) {
      client.pause();
      server.pause();
    }
  }

  resume() {
    this.#paused = false;
    for (const { client, server } of this.#pairs) {
      client.resume();
      server.resume();
    }
  }

  /** @param {boolean} refused While true, new connections are destroyed as soon as they come. */
  refuse(refused) {
    this.#refused = refused;
  }

  async close() {
    this.cut();
    this.#listener.close();
    await once(this.#listener, "close");
  }

  /** @param {import("node:net").Socket} client */
  #accept(client) {
    client.on("error", () => client.destroy());
    if (this.#refused) {
      client.resetAndDestroy();
      return;
    }
    this.#totalConnections += 1;
    const server = connect({ port: this.#targetPort, host: this.host, noDelay: true });
    server.on("error", () => server.destroy());
    const pair = { client, server };
    this.#pairs.add(pair);
    this.#forward(client, server);
    this.#forward(server, client);
    client.on("close", () => {
      this.#pairs.delete(pair);
      server.destroy();
    });
    server.on("close", () => {
      this.#pairs.delete(pair);
      client.destroy();
    });
    if (this.#paused) server.pause();
    else client.resume();
  }

  /**
   * Not `pipe`: that would start a paused socket again by itself.
   * @param {import("node:net").Socket} from
   * @param {import("node:net").Socket} to
   */
  #forward(from, to) {
    from.on("data", (bytes) => {
      if (!to.write(bytes)) from.pause();
    });
    to.on("drain", () => {
      if (!this.#paused) from.resume();
    });
    from.on("end", () => to.end());
  }
}

/**
 * @param {number} targetPort on 127.0.0.1
 * @returns {Promise<FaultProxy>} to be closed by the caller
 */
export async function startProxy(targetPort) {
  const proxy = new FaultProxy(targetPort);
  await proxy.listen();
  return proxy;
}

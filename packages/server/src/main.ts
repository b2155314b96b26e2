// The edge of the process: command line, environment, signals, exit code. What `subito serve` calls.

import { resolve } from "node:path";
import { ConfigError, parseConfig, parseFlags, type Config } from "./config/config.js";
import { readEnvironment } from "./config/env.js";
import { defaultLimits } from "./config/limits.js";
import { optionsHelp } from "./config/options.js";
import { systemClock } from "./kernel/clock.js";
import { DescriptorWriter } from "./kernel/descriptor-writer.js";
import { type Logger, createLogger, standardError } from "./kernel/log.js";
import { holdNewSpace } from "./kernel/new-space.js";
import { startServer, type RunningServer } from "./server.js";

const EXIT_OK = 0;
const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

const HELP = `subito serve [FLAGS]

Runs Subito in this process until it gets SIGTERM or SIGINT.

${optionsHelp()}
  -h, --help  this text

Each flag can also be given as an environment variable: --data-dir as SUBITO_DATA_DIR, and so on; the flag goes first.
`;

/** Runs the server until it is told to stop; resolves to the exit code. */
export async function runServer(argv: readonly string[]): Promise<number> {
  let config: Config;
  try {
    const flags = parseFlags(argv);
    if (flags === "help") {
      process.stdout.write(HELP);
      return EXIT_OK;
    }
    config = parseConfig(flags, readEnvironment());
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const problem of error.problems) tell(problem);
    stderr().write("See `subito serve --help`.\n");
    return EXIT_USAGE;
  }
  return serve(config);
}

async function serve(config: Config): Promise<number> {
  holdNewSpace(systemClock);
  const log = createLogger({ level: config.logLevel, destination: stderr() });
  // Asked for before the server starts, so that a signal during the start is not lost.
  const stopped = untilSignal();
  let server: RunningServer;
  try {
    server = await startServer(config, { log });
  } catch (error) {
    tell(describeStartFailure(error, config));
    return EXIT_FAILED;
  }
  if (!(await show(server, config, log))) return EXIT_FAILED;
  // Without TLS it keeps its meaning: the terminal is gone.
  if (config.tls !== undefined) process.on("SIGHUP", () => void server.reloadCertificate());
  await stopped;
  await server.close();
  return EXIT_OK;
}

/** The writer of the log too, so that what is written there stays in order, and a failing one ends nothing. */
function stderr(): DescriptorWriter {
  return standardError(defaultLimits.logBytesWaitingMax);
}

function tell(sentence: string): void {
  stderr().write(`subito serve: ${sentence}\n`);
}

const STDOUT = 1;
/** How long standard output may take nothing before the first key counts as not shown. */
const SHOW_MS_MAX = 10_000;

/**
 * Prints where the server is. False: callers need a key, the first one could not be shown, and the server is closed for it. Where
 * nobody needs one the server goes on, and the next start makes a first key again.
 */
async function show(server: RunningServer, config: Config, log: Logger): Promise<boolean> {
  const text = banner(server, config);
  const stdout = new DescriptorWriter({ descriptor: STDOUT, bytesWaitingMax: Buffer.byteLength(text) });
  const written = new Promise<Error | undefined>((resolve) => stdout.write(text, resolve));
  if (server.firstApiKey === undefined || config.auth === "open") {
    void written.then(async (error) => {
      if (error === undefined) return;
      log.warn({ error }, "standard output cannot be written");
      await server.withdrawFirstApiKey().catch(() => {});
    });
    return true;
  }
  const late = new Promise<Error>((resolve) => {
    systemClock.after(SHOW_MS_MAX, () => resolve(new Error("nobody reads it")));
  });
  const error = await Promise.race([written, late]);
  if (error === undefined) return true;
  const reason = `The first API key could not be shown: standard output cannot be written (${error.message}).`;
  await server.withdrawFirstApiKey().then(
    () =>
      tell(`${reason} It was taken back. Start again with one that can be written: that makes a new key.`),
    () => tell(`${reason} ${KEY_LOST}`),
  );
  await server.close();
  return false;
}

const KEY_LOST =
  "It could not be taken back either, so it is lost. Start with --auth open on 127.0.0.1, make a new one with " +
  "`subito keys create`, and go on with that (docs/guides/api-keys.md, when the last key is lost).";

/** One Ctrl-C under npm brings SIGINT twice: what comes this soon after the first is the same wish. */
const SAME_WISH_MS = 500;

/** Resolves at the first SIGTERM or SIGINT. Whoever asks again later does not want to wait: the process exits. */
function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    let firstMs: number | undefined;
    const onSignal = (): void => {
      firstMs ??= Date.now();
      if (Date.now() - firstMs > SAME_WISH_MS) process.exit(EXIT_FAILED);
      resolve();
    };
    process.on("SIGTERM", onSignal);
    process.on("SIGINT", onSignal);
  });
}

function describeStartFailure(error: unknown, config: Config): string {
  const { code, message, port = config.port } = error as NodeJS.ErrnoException & { port?: number };
  const address = `${config.host}:${port}`;
  const flag = port === config.port ? "--port" : "--tls-port";
  switch (code) {
    case "EADDRINUSE":
      return `${address} is in use by another program. Stop that one, or choose another port with ${flag}.`;
    case "EACCES":
      return `This user may not listen on ${address}. Choose a port above 1023 with ${flag}.`;
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return `${config.host} is not an address of this machine. Choose another with --host.`;
    default:
      return message;
  }
}

/** What a person sees at the start: where, what, and lines to paste that work as they are. */
function banner(server: RunningServer, config: Config): string {
  const url = server.url ?? server.tlsUrl ?? "";
  const isDefault = url === "http://127.0.0.1:8080";
  const needsKey = config.auth === "required";
  const environment = [
    ...(isDefault ? [] : [`SUBITO_URL=${url}`]),
    ...(needsKey ? [`SUBITO_API_KEY=${server.firstApiKey ?? "YOUR_API_KEY"}`] : []),
  ];
  const command = [...environment, "npx subito"].join(" ");
  const header = needsKey ? ` -H 'Authorization: ${server.firstApiKey ?? "YOUR_API_KEY"}'` : "";
  const lines = [
    ...[server.url, server.tlsUrl].flatMap((each) =>
      each === undefined ? [] : [`Subito listens on ${each}`],
    ),
    `Data lies in ${resolve(config.dataDir)}`,
    needsKey ? "Every caller needs an API key." : "Programs on this machine need no API key.",
    ...(server.firstApiKey === undefined
      ? []
      : ["", "The first API key, shown this once:", `API key: ${server.firstApiKey}`]),
    "",
    "Subscribe in one terminal, publish in another:",
    `  ${command} subscribe default news`,
    `  ${command} publish default news 'Hello!'`,
    "or over HTTP:",
    `  curl${header} -H 'Content-Type: text/plain' --data 'Hello!' ${url}/topics/default/news`,
    ...(server.url === undefined
      ? ["With a private CA, tell them: `subito --ca FILE`, `curl --cacert FILE` (docs/guides/tls.md)."]
      : []),
    "",
  ];
  return `${lines.join("\n")}\n`;
}

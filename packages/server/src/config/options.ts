// Everything that can be configured, as a table: flags, environment variables, help and docs are made from it.

import { LOG_LEVELS } from "../kernel/log.js";

export interface Option {
  /** Long name, as in `--data-dir`. The environment variable is `SUBITO_DATA_DIR`. */
  readonly flag: string;
  /** What the value is, for help: PORT, MS … */
  readonly value: string;
  /** Absent: the default depends on other options, as the help says. */
  readonly defaultText?: string;
  readonly help: string;
  readonly check: Check;
}

export type Check =
  | { readonly kind: "text" }
  /** A word of its own may stand for no number. */
  | { readonly kind: "integer"; readonly min: number; readonly max: number; readonly or?: string }
  /** `takes` goes on with "takes …" when the value does not match. */
  | { readonly kind: "pattern"; readonly pattern: RegExp; readonly takes: string }
  | { readonly kind: "choice"; readonly choices: readonly string[] }
  /** Origins with commas between them, or one of the words. */
  | { readonly kind: "origins"; readonly words: readonly string[] };

/** The value of `--port` that opens no plaintext port. */
export const NO_PORT = "none";

const MS_PER_DAY = 86_400_000;

function milliseconds(min = 0): Check {
  return { kind: "integer", min, max: MS_PER_DAY };
}

export const OPTIONS = [
  {
    flag: "host",
    value: "ADDRESS",
    defaultText: "127.0.0.1",
    help: "address to listen on; anything but loopback needs an API key from every caller",
    check: { kind: "text" },
  },
  {
    flag: "port",
    value: "PORT",
    help: "port for plaintext; 0 takes a free one, none opens none (default 8080; none where TLS is on and --host is not loopback)",
    check: { kind: "integer", min: 0, max: 65_535, or: NO_PORT },
  },
  {
    flag: "tls-port",
    value: "PORT",
    help: "port for TLS, with --tls-cert and --tls-key; 0 takes a free one (default: no TLS)",
    check: { kind: "integer", min: 0, max: 65_535 },
  },
  {
    flag: "tls-cert",
    value: "FILE",
    help: "PEM file with the server's certificate, and those between it and its CA behind it; read again when it changes",
    check: { kind: "text" },
  },
  {
    flag: "tls-key",
    value: "FILE",
    help: "PEM file with the certificate's private key, not encrypted",
    check: { kind: "text" },
  },
  {
    flag: "tls-client-ca",
    value: "FILE",
    help: "PEM file with CA certificates; TLS clients must then bring a certificate of one of them",
    check: { kind: "text" },
  },
  {
    flag: "endpoint",
    value: "NAME",
    help: "NAME or NAME:PORT that printed API keys carry; SDKs put cache., control. and token. before it (default: with TLS from the certificate, else the address)",
    check: {
      kind: "pattern",
      pattern: /^(?:\[[0-9A-Fa-f:.]{2,45}\]|[0-9A-Za-z](?:[0-9A-Za-z.-]{0,238}[0-9A-Za-z])?)(?::\d{1,5})?$/,
      takes: "the name of a host, or NAME:PORT",
    },
  },
  {
    flag: "data-dir",
    value: "DIR",
    defaultText: "./subito-data",
    help: "where caches and API keys are kept",
    check: { kind: "text" },
  },
  {
    flag: "log-level",
    value: "LEVEL",
    defaultText: "info",
    help: `what is logged on standard error: ${LOG_LEVELS.join(", ")}`,
    check: { kind: "choice", choices: LOG_LEVELS },
  },
  {
    flag: "auth",
    value: "MODE",
    help: "open: callers on this machine need no API key (default on loopback); required: everyone does (default elsewhere)",
    check: { kind: "choice", choices: ["open", "required"] },
  },
  {
    flag: "allowed-origins",
    value: "ORIGINS",
    help: "web pages that may use the server: origins with commas between them, all, or none (default with --auth open: pages of this machine; else none)",
    check: { kind: "origins", words: ["all", "none"] },
  },
  {
    flag: "heartbeat-ms",
    value: "MS",
    help: "time between heartbeats on a subscription (default 1000 with --auth open, else 5000)",
    check: milliseconds(100),
  },
  {
    flag: "fresh-window-ms",
    value: "MS",
    defaultText: "1000",
    help: "a fresh subscription begins with items that are at most this old; 0 turns that off",
    check: milliseconds(),
  },
  {
    flag: "ring-items",
    value: "N",
    defaultText: "8192",
    help: "items that a topic keeps for subscribers that come back",
    check: { kind: "integer", min: 1, max: 1_000_000 },
  },
  {
    flag: "ring-bytes",
    value: "BYTES",
    defaultText: "8388608",
    help: "bytes of values that a topic keeps for subscribers that come back",
    check: { kind: "integer", min: 1, max: 1_073_741_824 },
  },
  {
    flag: "ring-age-ms",
    value: "MS",
    defaultText: "60000",
    help: "age up to which a topic keeps items for subscribers that come back",
    check: milliseconds(1),
  },
  {
    flag: "connections-max",
    value: "N",
    defaultText: "100000",
    help: "open connections; further ones are refused",
    check: { kind: "integer", min: 1, max: 10_000_000 },
  },
  {
    flag: "accepts-per-second",
    value: "N",
    defaultText: "20000",
    help: "new connections in a second, as many at once too; further ones are refused",
    check: { kind: "integer", min: 1, max: 1_000_000 },
  },
  {
    flag: "web-sockets-per-address",
    value: "N",
    defaultText: "10000",
    help: "open WebSockets of one IP address; further ones are refused",
    check: { kind: "integer", min: 1, max: 10_000_000 },
  },
  {
    flag: "websocket-compression",
    value: "MODE",
    defaultText: "off",
    help: "on: messages on WebSockets are compressed where the client can (permessage-deflate), which costs time; off: never",
    check: { kind: "choice", choices: ["on", "off"] },
  },
  {
    flag: "memory-max-mb",
    value: "MB",
    help: "resident memory, in MiB, beyond which new work is refused (default three quarters of what this process may have)",
    check: { kind: "integer", min: 1, max: 16_777_216 },
  },
  {
    flag: "shutdown-grace-ms",
    value: "MS",
    defaultText: "10000",
    help: "time that calls under way have to finish when the server stops",
    check: milliseconds(),
  },
  {
    flag: "preface-timeout-ms",
    value: "MS",
    defaultText: "10000",
    help: "time that a new connection has to say what it speaks",
    check: milliseconds(1),
  },
  {
    flag: "idle-timeout-ms",
    value: "MS",
    defaultText: "300000",
    help: "a connection without calls and without a sign of life is closed after this",
    check: milliseconds(1),
  },
] as const satisfies readonly Option[];

export type OptionFlag = (typeof OPTIONS)[number]["flag"];

export function environmentName(flag: string): string {
  return `SUBITO_${flag.toUpperCase().replaceAll("-", "_")}`;
}

/** The options as help text, one a line. */
export function optionsHelp(): string {
  const options: readonly Option[] = OPTIONS;
  const names = options.map((option) => `--${option.flag} ${option.value}`);
  const width = Math.max(...names.map((name) => name.length));
  const lines = options.map(({ help, defaultText }, i) => {
    const ending = defaultText === undefined ? "" : ` (default ${defaultText})`;
    return `  ${(names[i] as string).padEnd(width)}  ${help}${ending}`;
  });
  return lines.join("\n");
}

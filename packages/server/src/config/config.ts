// From strings to a checked configuration with every default filled in, or to all that is wrong with it.

import { parseArgs } from "node:util";
import { isLoopbackAddress } from "../kernel/loopback.js";
import type { LogLevel } from "../kernel/log.js";
import type { RawOptions } from "./env.js";
import { closestWord } from "./closest-word.js";
import { defaultLimits, type ServerLimits } from "./limits.js";
import { environmentName, OPTIONS, type Option, type OptionFlag } from "./options.js";
import { parseOrigins } from "./origins.js";
import { parsePorts, type TlsConfig } from "./ports.js";

export interface Config {
  readonly host: string;
  /** Of the plaintext port; undefined when there is none. */
  readonly port: number | undefined;
  readonly tls: TlsConfig | undefined;
  /** What API keys that the server prints carry; undefined: found out at the start. */
  readonly endpoint: string | undefined;
  readonly dataDir: string;
  readonly logLevel: LogLevel;
  readonly auth: "open" | "required";
  /** `loopback`: pages of this machine. */
  readonly allowedOrigins: "loopback" | "all" | ReadonlySet<string>;
  readonly heartbeatMs: number;
  readonly freshWindowMs: number;
  readonly connectionsMax: number;
  /** Somebody has chosen `connectionsMax`. */
  readonly isConnectionsMaxGiven: boolean;
  readonly acceptsPerSecondMax: number;
  /** Open WebSockets of one address. */
  readonly webSocketsPerAddressMax: number;
  readonly webSocketCompression: boolean;
  /** Undefined: a share of what this process may have. */
  readonly memoryBytesMax: number | undefined;
  readonly shutdownGraceMs: number;
  readonly prefaceTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly limits: ServerLimits;
}

/** Often where tests and tools watch; where clients are far, often enough to keep proxies open (wire-contract.md 5.2). */
const DEFAULT_HEARTBEAT_MS = { open: "1000", required: "5000" } as const;

const BYTES_PER_MIB = 1024 * 1024;

/** The configuration cannot be used; `problems` says everything that is wrong, a sentence each. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
    this.name = "ConfigError";
    this.problems = problems;
  }
}

/** Flags of a command line, still unchecked. `help` when help is asked for. Throws ConfigError for what is no flag. */
export function parseFlags(argv: readonly string[]): RawOptions | "help" {
  const options: Record<string, { type: "string" | "boolean"; short?: string }> = {
    help: { type: "boolean", short: "h" },
  };
  for (const { flag } of OPTIONS) options[flag] = { type: "string" };
  const unknown = findUnknownFlags(argv, Object.keys(options));
  if (unknown.length > 0) throw new ConfigError(unknown);
  let values: Record<string, unknown>;
  try {
    ({ values } = parseArgs({ args: [...argv], options, strict: true, allowPositionals: false }));
  } catch (error) {
    throw new ConfigError([tellProblem(error)]);
  }
  return values["help"] === true ? "help" : values;
}

/** Checks what was given; flags go before the environment, the environment before defaults. Throws ConfigError. */
export function parseConfig(flags: RawOptions, environment: RawOptions = {}): Config {
  const problems: string[] = [];
  const values = new Map<OptionFlag, string>();
  for (const option of OPTIONS as readonly (Option & { flag: OptionFlag })[]) {
    const given = flags[option.flag] ?? environment[option.flag];
    if (given !== undefined) {
      const names = [`--${option.flag}`, environmentName(option.flag)];
      if (flags[option.flag] === undefined) names.reverse();
      const problem = checkValue(option, given);
      if (problem !== undefined)
        problems.push(`${names[0]} (${names[1]}) ${problem}, not ${JSON.stringify(given)}.`);
    }
    values.set(option.flag, given ?? option.defaultText ?? "");
  }
  // As it stands in URLs.
  values.set("host", (values.get("host") as string).replace(/^\[(.*)\]$/, "$1"));
  const text = (flag: OptionFlag): string => values.get(flag) as string;
  const auth = text("auth") || (isLoopbackAddress(text("host")) ? "open" : "required");
  if (auth === "open" && !isLoopbackAddress(text("host"))) problems.push(openElsewhere(text("host")));
  const { port, tls, problems: portProblems } = parsePorts(text);
  problems.push(...portProblems);
  if (problems.length > 0) throw new ConfigError(problems);
  return {
    host: text("host"),
    port,
    tls,
    endpoint: text("endpoint") || undefined,
    dataDir: text("data-dir"),
    logLevel: text("log-level") as LogLevel,
    auth: auth as Config["auth"],
    allowedOrigins: toAllowedOrigins(text("allowed-origins"), auth as Config["auth"]),
    heartbeatMs: Number(text("heartbeat-ms") || DEFAULT_HEARTBEAT_MS[auth as Config["auth"]]),
    freshWindowMs: Number(text("fresh-window-ms")),
    connectionsMax: Number(text("connections-max")),
    isConnectionsMaxGiven: (flags["connections-max"] ?? environment["connections-max"]) !== undefined,
    acceptsPerSecondMax: Number(text("accepts-per-second")),
    webSocketsPerAddressMax: Number(text("web-sockets-per-address")),
    webSocketCompression: text("websocket-compression") === "on",
    memoryBytesMax: text("memory-max-mb") === "" ? undefined : Number(text("memory-max-mb")) * BYTES_PER_MIB,
    shutdownGraceMs: Number(text("shutdown-grace-ms")),
    prefaceTimeoutMs: Number(text("preface-timeout-ms")),
    idleTimeoutMs: Number(text("idle-timeout-ms")),
    limits: {
      ...defaultLimits,
      ringItemsMax: Number(text("ring-items")),
      ringBytesMax: Number(text("ring-bytes")),
      ringAgeMs: Number(text("ring-age-ms")),
    },
  };
}

function toAllowedOrigins(text: string, auth: Config["auth"]): Config["allowedOrigins"] {
  if (text === "" && auth === "open") return "loopback";
  if (text === "all") return text;
  const parsed = parseOrigins(text);
  return "origins" in parsed ? parsed.origins : new Set();
}

/** In place of Node's words, which are long, and speak of positional arguments. */
function tellProblem(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const [, word = ""] = /'(?:-\w, )?([^' ]*)/.exec(message) ?? [];
  switch (code) {
    case "ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL":
      return `Only flags are taken; ${JSON.stringify(word)} is none.`;
    case "ERR_PARSE_ARGS_UNKNOWN_OPTION":
      return `There is no flag ${word}.`;
    case "ERR_PARSE_ARGS_INVALID_OPTION_VALUE":
      if (!/ambiguous/.test(message)) return `${word} takes ${word === "--help" ? "no" : "a"} value.`;
      return `${word} takes a value; one that begins with a dash is written ${word}=VALUE.`;
    default:
      return message;
  }
}

/** A sentence for each word that looks like a flag and is none: parseArgs would tell of the first only, and not of what was meant. */
function findUnknownFlags(argv: readonly string[], known: readonly string[]): string[] {
  const problems: string[] = [];
  for (const word of argv) {
    const flag = /^--([^=]+)/.exec(word)?.[1];
    if (flag === undefined || known.includes(flag)) continue;
    const near = closestWord(flag, known);
    problems.push(`There is no flag --${flag}${near === undefined ? "" : `; did you mean --${near}?`}`);
  }
  return problems;
}

function openElsewhere(host: string): string {
  return (
    `--auth open (${environmentName("auth")}) lets everyone who reaches the server do everything, and ${host} can be reached from other machines. ` +
    "Leave --auth out (callers then need the API key that is shown at the first start), or listen on 127.0.0.1."
  );
}

/** What the value should have been; undefined when it is fine. */
function checkValue({ check }: Option, value: string): string | undefined {
  switch (check.kind) {
    case "text":
      return value === "" || value.includes("\0") ? "takes a text" : undefined;
    case "choice":
      return check.choices.includes(value) ? undefined : `takes one of ${check.choices.join(", ")}`;
    case "integer": {
      const number = Number(value);
      const fits = /^\d{1,15}$/.test(value) && number >= check.min && number <= check.max;
      const word = check.or === undefined ? "" : `, or ${check.or}`;
      return fits || value === check.or
        ? undefined
        : `takes a whole number from ${check.min} to ${check.max}${word}`;
    }
    case "origins": {
      const parsed = parseOrigins(value);
      return "origins" in parsed || check.words.includes(value) ? undefined : `takes ${parsed.takes}`;
    }
    case "pattern":
      return check.pattern.test(value) ? undefined : `takes ${check.takes}`;
  }
}

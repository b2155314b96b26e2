// Structured log lines on stderr. The rest of the server sees four levels and nothing of the library.

import { pino } from "pino";
import { DescriptorWriter } from "./descriptor-writer.js";

export const LOG_LEVELS = ["debug", "info", "warn", "error", "silent"] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

/** Facts of one log line; `err` or `error` takes an Error. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Writes one line. Never throws. Tokens and secrets are not to be passed in at all. */
export interface Logger {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
}

export interface LoggerOptions {
  readonly level: LogLevel;
  /** Where the lines go, one JSON object each. */
  readonly destination: { write(line: string): void };
}

// The second line of defence: no caller should log these.
const SECRET_FIELDS = ["authorization", "token", "api_key", "apiKey", "secret", "password", "cookie"];

const STDERR = 2;

let writer: DescriptorWriter | undefined;

/**
 * The one writer of this process on standard error, with the limit of the first call. It never waits and never fails: a full disk
 * or a reader that has stopped costs lines and nothing else. What waits is written when the process ends.
 */
export function standardError(bytesWaitingMax: number): DescriptorWriter {
  if (writer === undefined) {
    const made = new DescriptorWriter({ descriptor: STDERR, bytesWaitingMax });
    process.on("exit", () => made.finish());
    writer = made;
  }
  return writer;
}

/** Lines that standard error did not take. */
export function stderrLinesDropped(): number {
  return writer?.dropped ?? 0;
}

/** A logger that writes JSON lines. */
export function createLogger(options: LoggerOptions): Logger {
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
      // An Error has no fields of its own to print: under either name it is written out with message and stack.
      serializers: { err: pino.stdSerializers.err, error: pino.stdSerializers.err },
      redact: {
        paths: SECRET_FIELDS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]),
        censor: "[removed]",
      },
    },
    options.destination,
  );
}

const ignore = (): void => {};

/** Says nothing. */
export const silentLogger: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };

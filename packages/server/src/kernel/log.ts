// Structured log lines on stderr. The rest of the server sees four levels and nothing of the library.

import { pino, type DestinationStream } from "pino";

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
  /** Where the lines go, one JSON object each; stderr when absent. */
  readonly destination?: { write(line: string): void };
}

// The second line of defence: no caller should log these.
const SECRET_FIELDS = ["authorization", "token", "api_key", "apiKey", "secret", "password", "cookie"];

/** A logger that writes JSON lines; what is still buffered is written when the process ends. */
export function createLogger(options: LoggerOptions): Logger {
  const destination: DestinationStream = options.destination ?? pino.destination({ dest: 2, sync: false });
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
    destination,
  );
}

const ignore = (): void => {};

/** Says nothing. */
export const silentLogger: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };

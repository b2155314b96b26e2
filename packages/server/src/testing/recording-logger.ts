// A logger that keeps its lines, for tests that wait for one.

import type { LogFields, Logger } from "../kernel/log.js";

export interface LogLine {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly message: string;
  readonly fields: LogFields;
}

export interface RecordingLogger extends Logger {
  readonly lines: readonly LogLine[];
  /** Resolves with the first line that fits, at once when it is there already. */
  until(message: RegExp): Promise<LogLine>;
  count(message: RegExp): number;
}

export function createRecordingLogger(): RecordingLogger {
  const lines: LogLine[] = [];
  const waiting = new Set<() => void>();
  const keep =
    (level: LogLine["level"]) =>
    (fields: LogFields, message: string): void => {
      lines.push({ level, message, fields });
      for (const look of waiting) look();
    };
  return {
    lines,
    debug: keep("debug"),
    info: keep("info"),
    warn: keep("warn"),
    error: keep("error"),
    count: (message) => lines.filter((line) => message.test(line.message)).length,
    until: (message) =>
      new Promise((resolve) => {
        const look = (): void => {
          const found = lines.find((line) => message.test(line.message));
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
  };
}

// Times that callers give in seconds since 1970, and how far ahead they may lie.

import { ServiceError } from "./errors.js";

/** The last second of the year 9999: up to there all clients can write a time down, and milliseconds lie beyond it. */
export const EPOCH_SECONDS_MAX = 253_402_300_799;

/**
 * A time in seconds, which `name` was given as, in milliseconds. Throws `invalid_argument` for one of more than three
 * decimals, for 0 and less, and for one beyond the year 9999.
 */
export function epochSecondsToMs(name: string, seconds: number): number {
  if (seconds > EPOCH_SECONDS_MAX) {
    throw new ServiceError(
      "invalid_argument",
      `${name} is a time in seconds since 1970, ${EPOCH_SECONDS_MAX} (the year 9999) at most. Milliseconds are a thousand times too many.`,
    );
  }
  // As milliseconds it is kept, and read back only when they are a whole number too.
  if (seconds > 0 && Number.isSafeInteger(seconds * 1000)) return seconds * 1000;
  throw new ServiceError("invalid_argument", `${name} is a time in seconds since 1970.`);
}

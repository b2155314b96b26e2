// Times as people write them: how long something lives, and moments of the past.

import { UsageError } from "./command.js";

const SECONDS_PER_UNIT = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** Seconds that `text` stands for: `90s`, `10m`, `24h`, `30d`. Throws UsageError. */
export function parseDurationSeconds(flag: string, text: string): number {
  const [, digits = "", unit] = /^([1-9]\d{0,5})([smhd])$/.exec(text) ?? [];
  if (unit === undefined) {
    throw new UsageError(
      `${flag} takes a whole number and a unit, like 90s, 10m, 24h or 30d, not ${JSON.stringify(text)}.`,
    );
  }
  return Number(digits) * SECONDS_PER_UNIT[unit as keyof typeof SECONDS_PER_UNIT];
}

/** From 2001 on: shorter ones are years, or days without their dashes. */
const EPOCH_SECONDS = /^\d{10}(?:\.\d{1,3})?$/;
/** A day, in UTC, or a moment. That of a clock somewhere is none. */
const ISO_8601 = /^(\d{4}-\d\d-\d\d)(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d))?$/;

/** Epoch seconds of a moment in ISO 8601 with its zone, of a day in UTC, or in epoch seconds. Throws UsageError. */
export function parseMoment(flag: string, text: string): number {
  if (EPOCH_SECONDS.test(text)) return Number(text);
  const day = ISO_8601.exec(text)?.[1];
  // Date takes the 30th of February, as the 2nd of March.
  if (day !== undefined && isDay(day) && !Number.isNaN(Date.parse(text))) return Date.parse(text) / 1000;
  throw new UsageError(
    `${flag} takes a time like 2026-11-25T10:00:00Z, 2026-11-25 or 1795600800 (epoch seconds), not ${JSON.stringify(text)}.`,
  );
}

function isDay(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

/** For people: ISO 8601, in UTC, without a fraction that is zero; in epoch seconds where Date ends. */
export function formatMoment(epochSeconds: number): string {
  const date = new Date(Math.round(epochSeconds * 1000));
  // One such time in a list must not keep the rest of it from being shown.
  if (Number.isNaN(date.getTime())) return `${epochSeconds} (epoch seconds)`;
  return date.toISOString().replace(".000Z", "Z");
}

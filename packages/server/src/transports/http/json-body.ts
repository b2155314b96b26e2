// Request bodies that are JSON objects, and their fields.

import { epochSecondsToMs } from "../../kernel/epoch-seconds.js";
import { ServiceError } from "../../kernel/errors.js";

export type JsonObject = Readonly<Record<string, unknown>>;

/** Parses a body of at most `bytesMax` bytes; throws `invalid_argument` when it is longer or is no JSON object. */
export function parseJsonObject(body: Uint8Array, bytesMax: number): JsonObject {
  if (body.length > bytesMax) {
    throw new ServiceError("invalid_argument", `The JSON body is longer than ${bytesMax} bytes.`);
  }
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(body).toString("utf8"));
  } catch (cause) {
    throw new ServiceError("invalid_argument", "The body is not JSON.", { cause });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ServiceError("invalid_argument", "The body is not a JSON object.");
  }
  return value as JsonObject;
}

/** Refuses what would otherwise be dropped without a word: a name that is spelt another way, or has no meaning here. */
export function checkFields(body: JsonObject, known: readonly string[]): void {
  const surplus = Object.keys(body).find((name) => !known.includes(name));
  if (surplus === undefined) return;
  const name = JSON.stringify(surplus.slice(0, 64));
  throw new ServiceError(
    "invalid_argument",
    `There is no field ${name} here; known are ${known.join(", ")}.`,
  );
}

/** A text, or `fallback` where there is none; without one it is needed. */
export function readText(body: JsonObject, name: string, fallback?: string): string {
  const value = body[name] ?? fallback;
  if (typeof value !== "string") throw new ServiceError("invalid_argument", `${name} is needed, as a text.`);
  return value;
}

/** A time in epoch seconds as milliseconds; undefined when the field is absent. Beyond the year 9999 there is none. */
export function readEpochSeconds(body: JsonObject, name: string): number | undefined {
  const value = body[name];
  if (value === undefined) return undefined;
  return epochSecondsToMs(name, typeof value === "number" ? value : NaN);
}

// The only reader of the process environment: strings in, a flat record out.

import { environmentName, OPTIONS, type OptionFlag } from "./options.js";

/** Values as they were given, still unchecked. */
export type RawOptions = Readonly<Partial<Record<OptionFlag, string>>>;

/** Options from `SUBITO_*`; a variable that is set to nothing counts as not set. */
export function readEnvironment(env: Readonly<Record<string, string | undefined>> = process.env): RawOptions {
  const raw: Partial<Record<OptionFlag, string>> = {};
  for (const { flag } of OPTIONS) {
    const value = env[environmentName(flag)];
    if (value !== undefined && value !== "") raw[flag] = value;
  }
  return raw;
}

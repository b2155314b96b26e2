// What a route takes in its query: anything else would be dropped without a word, and a resume that is misspelt with it.

import { ServiceError } from "../../kernel/errors.js";

/** The fields by their names, and whether one may come more than once. `any`: what comes is of no concern. */
export type QueryFields = "any" | Readonly<Record<string, "once" | "repeated">>;

/** Who calls, where no header can be sent. */
export const TOKEN = { token: "once" } as const satisfies QueryFields;

/** How much of a stranger's text is said back. */
const NAME_LENGTH_MAX = 64;

/** Throws `invalid_argument` for a field that is not among `fields`, or that comes again. */
export function checkQuery(query: URLSearchParams, fields: QueryFields): void {
  if (fields === "any") return;
  const seen = new Set<string>();
  for (const name of query.keys()) {
    const quoted = JSON.stringify(name.slice(0, NAME_LENGTH_MAX));
    if (!Object.hasOwn(fields, name)) {
      const known = Object.keys(fields).join(", ");
      throw new ServiceError(
        "invalid_argument",
        `There is no ${quoted} in the query here; known are ${known}.`,
      );
    }
    if (fields[name] === "once" && seen.has(name)) {
      throw new ServiceError("invalid_argument", `The query has ${quoted} twice.`);
    }
    seen.add(name);
  }
}

// Long lists in pages (wire-contract.md 7.2): `?limit=` entries, and from `?next_token=` on.

import { ServiceError } from "../../kernel/errors.js";
import type { QueryFields } from "./query.js";

const PAGE_ENTRIES_MAX = 100;

export interface Page<R> {
  readonly page: readonly R[];
  /** The field that leads to the next page; empty after the last one. */
  readonly next: { readonly next_token?: string };
}

export const PAGE_FIELDS = { limit: "once", next_token: "once" } as const satisfies QueryFields;

/** The token is the id of the last entry that was shown: what is added or removed meanwhile shifts nothing. */
export function toPage<R extends { readonly id: string }>(
  records: readonly R[],
  query: URLSearchParams,
): Page<R> {
  const limit = parseLimit(query.get("limit"));
  const after = query.get("next_token");
  // Behind an entry that is gone there is nothing to find: from the beginning.
  const start = after === null ? 0 : records.findIndex(({ id }) => id === after) + 1;
  const page = records.slice(start, start + limit);
  const last = page.at(-1);
  return { page, next: last === undefined || start + limit >= records.length ? {} : { next_token: last.id } };
}

function parseLimit(text: string | null): number {
  if (text === null) return PAGE_ENTRIES_MAX;
  const limit = Number(text);
  if (/^\d{1,3}$/.test(text) && limit >= 1 && limit <= PAGE_ENTRIES_MAX) return limit;
  throw new ServiceError("invalid_argument", `limit is a whole number from 1 to ${PAGE_ENTRIES_MAX}.`);
}

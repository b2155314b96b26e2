// The text of catalog.json: written whole, and read back with every field checked, since what it says is trusted afterwards.

import { isCacheName } from "../../kernel/names.js";
import type { ApiKeyRecord, CacheRecord } from "../../ports/catalog.js";

const VERSION = 1;

/** A data directory that cannot be used. The message names the path, what is wrong with it and what to do. */
export class CatalogError extends Error {
  readonly path: string;

  constructor(path: string, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "CatalogError";
    this.path = path;
  }
}

/** Everything that the catalog holds. Maps keep the order of creation. */
export interface CatalogState {
  readonly caches: ReadonlyMap<string, CacheRecord>;
  readonly apiKeys: ReadonlyMap<string, ApiKeyRecord>;
}

export function formatCatalog(state: CatalogState): Uint8Array {
  const document = {
    version: VERSION,
    caches: [...state.caches.values()],
    apiKeys: [...state.apiKeys.values()],
  };
  return Buffer.from(JSON.stringify(document, undefined, 1) + "\n");
}

/** Reads what `formatCatalog` wrote; throws CatalogError for anything else. `path` is for the message only. */
export function parseCatalog(path: string, bytes: Uint8Array): CatalogState {
  const fail = (what: string, cause?: unknown): never => {
    throw new CatalogError(
      path,
      `The catalog ${path} cannot be used: ${what}. ` +
        `Restore a copy of it, or move it away to start with an empty one (caches and API keys in it are then unknown).`,
      cause,
    );
  };
  let document: unknown;
  try {
    document = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    return fail(bytes.byteLength === 0 ? "it is empty" : "it is not valid JSON in UTF-8", error);
  }
  if (!isObject(document)) return fail("it does not hold a JSON object");
  const version = document["version"];
  if (typeof version === "number" && Number.isInteger(version) && version > VERSION) {
    return fail(`it has version ${version}, written by a newer Subito; this one knows version ${VERSION}`);
  }
  if (version !== VERSION) return fail(`its "version" is not ${VERSION}`);
  const surplus = surplusField(document, ["version", "caches", "apiKeys"]);
  if (surplus !== undefined) return fail(`it has an unknown field ${JSON.stringify(surplus)}`);
  return {
    caches: readRecords(document, "caches", "name", asCache, fail),
    apiKeys: readRecords(document, "apiKeys", "id", asApiKey, fail),
  };
}

type JsonObject = Readonly<Record<string, unknown>>;

function readRecords<K extends string, R extends Readonly<Record<K, string>>>(
  document: JsonObject,
  field: string,
  key: K,
  read: (value: unknown) => R | string,
  fail: (what: string) => never,
): ReadonlyMap<string, R> {
  const list = document[field];
  if (!Array.isArray(list)) return fail(`"${field}" is not a list`);
  const records = new Map<string, R>();
  for (const [index, value] of list.entries()) {
    const record = read(value);
    if (typeof record === "string") return fail(`entry ${index} of "${field}" ${record}`);
    if (records.has(record[key])) {
      return fail(`entry ${index} of "${field}" repeats the ${key} ${JSON.stringify(record[key])}`);
    }
    records.set(record[key], record);
  }
  return records;
}

function asCache(value: unknown): CacheRecord | string {
  if (!isObject(value)) return "is not an object";
  const surplus = surplusField(value, ["name", "createdAtMs"]);
  if (surplus !== undefined) return `has an unknown field ${JSON.stringify(surplus)}`;
  const { name, createdAtMs } = value;
  if (typeof name !== "string" || !isCacheName(name)) return "has no valid name";
  if (!isTime(createdAtMs)) return "has no valid createdAtMs";
  return { name, createdAtMs };
}

function asApiKey(value: unknown): ApiKeyRecord | string {
  if (!isObject(value)) return "is not an object";
  const surplus = surplusField(value, ["id", "secretSha256", "description", "createdAtMs", "expiresAtMs"]);
  if (surplus !== undefined) return `has an unknown field ${JSON.stringify(surplus)}`;
  const { id, secretSha256, description, createdAtMs, expiresAtMs } = value;
  if (typeof id !== "string" || !/^[0-9a-z]{1,64}$/.test(id)) return "has no valid id";
  if (typeof secretSha256 !== "string" || !/^[0-9a-f]{64}$/.test(secretSha256))
    return "has no valid secretSha256";
  if (typeof description !== "string") return "has no description";
  if (!isTime(createdAtMs)) return "has no valid createdAtMs";
  if (expiresAtMs === undefined) return { id, secretSha256, description, createdAtMs };
  if (!isTime(expiresAtMs)) return "has an expiresAtMs that is no time";
  return { id, secretSha256, description, createdAtMs, expiresAtMs };
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

// Written back, an unknown field would be lost without a word: better to refuse it.
function surplusField(value: JsonObject, known: readonly string[]): string | undefined {
  return Object.keys(value).find((field) => !known.includes(field));
}

function isTime(value: unknown): value is number {
  // JSON knows a -0, which would be written back as another text.
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 && !Object.is(value, -0);
}

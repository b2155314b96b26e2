// The text of catalog.json: written whole, and read back with every field checked, since what it says is trusted afterwards.

import { isCacheName } from "../../kernel/names.js";
import type {
  Access,
  ApiKeyRecord,
  CacheRecord,
  RevocationRecord,
  RoleRecord,
  SigningKeyRecord,
} from "../../ports/catalog.js";
import { parsePermissionSet } from "../../ports/parse-permissions.js";
import type { PermissionSet } from "../../ports/permissions.js";

const VERSION = 2;

/** A data directory that cannot be used. The message names the path, what is wrong with it and what to do. */
export class CatalogError extends Error {
  readonly path: string;

  constructor(path: string, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "CatalogError";
    this.path = path;
  }
}

/** The tables of records with an id. */
export interface CatalogRecords {
  readonly apiKeys: ApiKeyRecord;
  readonly roles: RoleRecord;
  readonly signingKeys: SigningKeyRecord;
  readonly revocations: RevocationRecord;
}

export type TableName = keyof CatalogRecords;

export const TABLE_NAMES: readonly TableName[] = ["apiKeys", "roles", "signingKeys", "revocations"];

/** Everything that the catalog holds. Maps keep the order of creation. */
export type CatalogState = { readonly caches: ReadonlyMap<string, CacheRecord> } & {
  readonly [T in TableName]: ReadonlyMap<string, CatalogRecords[T]>;
};

export function formatCatalog(state: CatalogState): Uint8Array {
  const tables = TABLE_NAMES.map((name) => [name, [...state[name].values()]]);
  const document = {
    version: VERSION,
    caches: [...state.caches.values()],
    ...(Object.fromEntries(tables) as object),
  };
  return Buffer.from(JSON.stringify(document, undefined, 1) + "\n");
}

/** Reads what `formatCatalog` wrote, now or in version 1; throws CatalogError for anything else. `path` is for the message only. */
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
  if (version !== 1 && version !== VERSION) return fail(`its "version" is not ${VERSION}`);
  if (version === 1) document = fromVersion1(document);
  const surplus = surplusField(document as JsonObject, ["version", "caches", ...TABLE_NAMES]);
  if (surplus !== undefined) return fail(`it has an unknown field ${JSON.stringify(surplus)}`);
  const read = <K extends string, R extends Readonly<Record<K, string>>>(
    field: string,
    key: K,
    toRecord: (value: unknown) => R | string,
  ): ReadonlyMap<string, R> => readRecords(document as JsonObject, field, key, toRecord, fail);
  return {
    caches: read("caches", "name", asCache),
    apiKeys: read("apiKeys", "id", asApiKey),
    roles: read("roles", "id", asRole),
    signingKeys: read("signingKeys", "id", asSigningKey),
    revocations: read("revocations", "id", asRevocation),
  };
}

/** Version 1 knew caches and API keys, each of which could do everything. */
function fromVersion1(document: JsonObject): JsonObject {
  const { apiKeys } = document;
  const owned = Array.isArray(apiKeys)
    ? apiKeys.map((key: unknown) =>
        isObject(key) && !("access" in key) ? { ...key, access: { roleId: "owner" } } : key,
      )
    : apiKeys;
  return { roles: [], signingKeys: [], revocations: [], ...document, apiKeys: owned };
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
  const surplus = surplusField(value, [
    ...[
      "id",
      "secretSha256",
      "description",
      "access",
      "createdAtMs",
      "expiresAtMs",
      "tokenId",
      "refreshSha256",
    ],
  ]);
  if (surplus !== undefined) return `has an unknown field ${JSON.stringify(surplus)}`;
  const { id, secretSha256, description, createdAtMs, expiresAtMs, tokenId, refreshSha256 } = value;
  if (!isId(id)) return "has no valid id";
  if (!isHash(secretSha256)) return "has no valid secretSha256";
  if (typeof description !== "string") return "has no description";
  if (!isTime(createdAtMs)) return "has no valid createdAtMs";
  if (expiresAtMs !== undefined && !isTime(expiresAtMs)) return "has an expiresAtMs that is no time";
  if (tokenId !== undefined && typeof tokenId !== "string") return "has a tokenId that is no text";
  if (refreshSha256 !== undefined && !isHash(refreshSha256)) return "has no valid refreshSha256";
  const access = asAccess(value["access"]);
  if (typeof access === "string") return access;
  return {
    ...{ id, secretSha256, description, access, createdAtMs },
    ...(expiresAtMs === undefined ? {} : { expiresAtMs }),
    ...(tokenId === undefined ? {} : { tokenId }),
    ...(refreshSha256 === undefined ? {} : { refreshSha256 }),
  };
}

function asAccess(value: unknown): Access | string {
  if (!isObject(value) || Object.keys(value).length !== 1) return "has no valid access";
  const { roleId, superUser, permissions } = value;
  if (isId(roleId)) return { roleId };
  if (superUser === true) return { superUser };
  return asPermissions(permissions, (set) => ({ permissions: set }));
}

function asRole(value: unknown): RoleRecord | string {
  if (!isObject(value)) return "is not an object";
  const surplus = surplusField(value, ["id", "name", "description", "permissions", "createdAtMs"]);
  if (surplus !== undefined) return `has an unknown field ${JSON.stringify(surplus)}`;
  const { id, name, description, createdAtMs } = value;
  if (!isId(id)) return "has no valid id";
  if (typeof name !== "string" || name === "") return "has no name";
  if (typeof description !== "string") return "has no description";
  if (!isTime(createdAtMs)) return "has no valid createdAtMs";
  return asPermissions(value["permissions"], (permissions) => ({
    id,
    name,
    description,
    permissions,
    createdAtMs,
  }));
}

function asPermissions<R>(value: unknown, toResult: (set: PermissionSet) => R): R | string {
  try {
    return toResult(parsePermissionSet(value));
  } catch (error) {
    return `has no valid permissions (${error instanceof Error ? error.message : String(error)})`;
  }
}

function asSigningKey(value: unknown): SigningKeyRecord | string {
  if (!isObject(value)) return "is not an object";
  const surplus = surplusField(value, ["id", "secret", "use", "createdAtMs", "expiresAtMs"]);
  if (surplus !== undefined) return `has an unknown field ${JSON.stringify(surplus)}`;
  const { id, secret, use, createdAtMs, expiresAtMs } = value;
  if (!isId(id)) return "has no valid id";
  if (typeof secret !== "string" || !/^[0-9A-Za-z_-]{43}$/.test(secret)) return "has no valid secret";
  if (use !== "server" && use !== "holder") return "has no valid use";
  if (!isTime(createdAtMs)) return "has no valid createdAtMs";
  if (expiresAtMs === undefined) return { id, secret, use, createdAtMs };
  if (!isTime(expiresAtMs)) return "has an expiresAtMs that is no time";
  return { id, secret, use, createdAtMs, expiresAtMs };
}

function asRevocation(value: unknown): RevocationRecord | string {
  if (!isObject(value)) return "is not an object";
  const surplus = surplusField(value, ["id", "issuedBeforeMs"]);
  if (surplus !== undefined) return `has an unknown field ${JSON.stringify(surplus)}`;
  const { id, issuedBeforeMs } = value;
  if (typeof id !== "string" || !/^(?:all$|key:|token_id:)/.test(id)) return "has no valid id";
  if (!isTime(issuedBeforeMs)) return "has no valid issuedBeforeMs";
  return { id, issuedBeforeMs };
}

function isId(value: unknown): value is string {
  return typeof value === "string" && /^[0-9a-z]{1,64}$/.test(value);
}

function isHash(value: unknown): value is string {
  return typeof value === "string" && /^[0-9a-f]{64}$/.test(value);
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

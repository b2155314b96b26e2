// Caches and API keys: answered from memory, changed by replacing DATA_DIR/catalog.json in one step.

import { join } from "node:path";
import type { Clock } from "../../kernel/clock.js";
import { ServiceError } from "../../kernel/errors.js";
import type { Logger } from "../../kernel/log.js";
import type { CacheRecord, Catalog, CatalogTable } from "../../ports/catalog.js";
import {
  CatalogError,
  type CatalogRecords,
  type CatalogState,
  type TableName,
  formatCatalog,
  parseCatalog,
} from "./catalog-file.js";
import { systemErrorCode, type FileSystem } from "./file-system.js";

export interface CatalogLimits {
  readonly cachesMax: number;
  readonly apiKeysMax: number;
  readonly rolesMax: number;
  readonly signingKeysMax: number;
  readonly revocationsMax: number;
}

export interface EmbeddedCatalogOptions {
  readonly dataDir: string;
  readonly clock: Clock;
  readonly limits: CatalogLimits;
  readonly log: Logger;
  readonly files: FileSystem;
  /** Told after a cache is durably there, before the call that made it resolves; also for each cache at the start. */
  readonly onCacheAdded: (name: string) => void;
  /** Told after a cache is durably gone, before the call that deleted it resolves. */
  readonly onCacheRemoved: (name: string) => void;
}

type DraftState = { readonly caches: Map<string, CacheRecord> } & {
  readonly [T in TableName]: Map<string, CatalogRecords[T]>;
};

/** One wanted change. `apply` changes the draft and says so, or leaves it alone; it throws without having changed anything. */
interface PendingChange {
  readonly apply: (draft: DraftState) => { readonly changed: boolean; readonly settle: () => void };
  readonly reject: (error: unknown) => void;
}

/** The catalog of one process on one directory; no other process may use the directory at the same time. */
export interface EmbeddedCatalog extends Catalog {
  listCaches(): readonly CacheRecord[];
  hasCache(name: string): boolean;
  readonly apiKeys: EmbeddedTable<"apiKeys">;
  readonly roles: EmbeddedTable<"roles">;
  readonly signingKeys: EmbeddedTable<"signingKeys">;
  readonly revocations: EmbeddedTable<"revocations">;
  /** Resolves when no change is on its way any more; later changes are refused. */
  close(): Promise<void>;
}

/** A table that answers at once. */
export interface EmbeddedTable<T extends TableName> extends CatalogTable<CatalogRecords[T]> {
  list(): readonly CatalogRecords[T][];
  find(id: string): CatalogRecords[T] | undefined;
}

const FILE_MODE = 0o600;

/** For the messages. */
const TABLE_WORDS: Readonly<Record<TableName, string>> = {
  apiKeys: "API keys",
  roles: "roles",
  signingKeys: "signing keys",
  revocations: "revocations",
};

/**
 * Reads the catalog of `dataDir`, or makes a new one with the cache `default` when there is none.
 * Throws CatalogError when it cannot be read, trusted or made.
 */
export async function startEmbeddedCatalog(options: EmbeddedCatalogOptions): Promise<EmbeddedCatalog> {
  const path = join(options.dataDir, "catalog.json");
  let bytes: Uint8Array | undefined;
  try {
    bytes = await options.files.read(path);
  } catch (error) {
    throw new CatalogError(path, `The catalog ${path} cannot be read ${toReason(error)}`, error);
  }
  if (bytes !== undefined) return new FileCatalog(options, parseCatalog(path, bytes));

  const catalog = new FileCatalog(options, {
    caches: new Map(),
    apiKeys: new Map(),
    roles: new Map(),
    signingKeys: new Map(),
    revocations: new Map(),
  });
  try {
    await catalog.createCache("default");
  } catch (error) {
    const cause = error instanceof Error ? error.cause : error;
    throw new CatalogError(
      path,
      `The catalog ${path} cannot be written (${systemErrorCode(cause) ?? "unknown error"}). ` +
        `Free space there and give this user the right to write, or choose another data directory.`,
      error,
    );
  }
  return catalog;
}

/** With what to do about it. */
function toReason(error: unknown): string {
  const code = systemErrorCode(error) ?? "unknown error";
  return code === "ENOENT"
    ? "(it is a symbolic link that leads nowhere). Put back what it leads to, or remove it to start with a new catalog."
    : `(${code}). Give this user the right to read it, or restore a copy of it.`;
}

class FileCatalog implements EmbeddedCatalog {
  readonly #options: EmbeddedCatalogOptions;
  readonly #path: string;
  #state: CatalogState;
  #sortedCaches: readonly CacheRecord[] | undefined;
  #pending: PendingChange[] = [];
  #writer: Promise<void> | undefined;
  #closed = false;
  readonly apiKeys: EmbeddedTable<"apiKeys">;
  readonly roles: EmbeddedTable<"roles">;
  readonly signingKeys: EmbeddedTable<"signingKeys">;
  readonly revocations: EmbeddedTable<"revocations">;

  constructor(options: EmbeddedCatalogOptions, state: CatalogState) {
    this.#options = options;
    this.#path = join(options.dataDir, "catalog.json");
    this.#state = state;
    const { limits } = options;
    this.apiKeys = this.#table("apiKeys", limits.apiKeysMax);
    this.roles = this.#table("roles", limits.rolesMax);
    this.signingKeys = this.#table("signingKeys", limits.signingKeysMax);
    this.revocations = this.#table("revocations", limits.revocationsMax);
    for (const name of state.caches.keys()) options.onCacheAdded(name);
  }

  listCaches(): readonly CacheRecord[] {
    this.#sortedCaches ??= [...this.#state.caches.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    return this.#sortedCaches;
  }

  hasCache(name: string): boolean {
    return this.#state.caches.has(name);
  }

  createCache(name: string): Promise<"created" | "already_exists"> {
    return this.#change((draft) => {
      if (draft.caches.has(name)) return undefined;
      const { cachesMax } = this.#options.limits;
      if (draft.caches.size >= cachesMax) throw tooMany("caches", cachesMax);
      draft.caches.set(name, { name, createdAtMs: this.#options.clock.nowMs() });
      return "created";
    }, "already_exists");
  }

  deleteCache(name: string): Promise<"deleted" | "not_found"> {
    return this.#change((draft) => (draft.caches.delete(name) ? "deleted" : undefined), "not_found");
  }

  #table<T extends TableName>(table: T, recordsMax: number): EmbeddedTable<T> {
    type Draft = { readonly [N in TableName]: Map<string, CatalogRecords[T]> };
    const mapOf = (draft: DraftState): Map<string, CatalogRecords[T]> => (draft as unknown as Draft)[table];
    const now = (): ReadonlyMap<string, CatalogRecords[T]> => mapOf(this.#state as DraftState);
    return {
      add: (record) =>
        this.#change((draft) => {
          const records = mapOf(draft);
          if (records.has(record.id)) return undefined;
          if (records.size >= recordsMax) throw tooMany(TABLE_WORDS[table], recordsMax);
          records.set(record.id, record);
          return "added";
        }, "already_exists"),
      replace: (record) =>
        this.#change((draft) => {
          const records = mapOf(draft);
          if (!records.has(record.id)) return undefined;
          records.set(record.id, record);
          return "replaced";
        }, "not_found"),
      remove: (id) => this.#change((draft) => (mapOf(draft).delete(id) ? "removed" : undefined), "not_found"),
      list: () => [...now().values()],
      find: (id) => now().get(id),
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#writer;
  }

  /** Queues a change; `change` answers undefined when there is nothing to do, and `otherwise` is then the result. */
  #change<R, O>(change: (draft: DraftState) => R | undefined, otherwise: O): Promise<R | O> {
    if (this.#closed) return Promise.reject(new ServiceError("unavailable", "The server is stopping."));
    return new Promise((resolve, reject) => {
      this.#pending.push({
        apply: (draft) => {
          const result = change(draft);
          return { changed: result !== undefined, settle: () => resolve(result ?? otherwise) };
        },
        reject,
      });
      this.#writer ??= this.#writePending();
    });
  }

  /** Writes until nothing is pending: all that gathered during one write goes into the next together. */
  async #writePending(): Promise<void> {
    // Changes asked for in one turn are one write.
    await Promise.resolve();
    while (this.#pending.length > 0) {
      const batch = this.#pending;
      this.#pending = [];
      await this.#commit(batch);
    }
    this.#writer = undefined;
  }

  async #commit(batch: readonly PendingChange[]): Promise<void> {
    const draft = this.#draft();
    const settled: (() => void)[] = [];
    const applied: PendingChange[] = [];
    let changed = false;
    for (const change of batch) {
      try {
        const outcome = change.apply(draft);
        changed ||= outcome.changed;
        settled.push(outcome.settle);
        applied.push(change);
      } catch (error) {
        change.reject(error);
      }
    }
    if (changed) {
      try {
        await this.#replaceFile(draft);
      } catch (error) {
        this.#refuse(applied, error);
        return;
      }
      const before = this.#state;
      this.#state = draft;
      this.#sortedCaches = undefined;
      this.#tellOfCaches(before, draft);
    }
    for (const settle of settled) settle();
  }

  #draft(): DraftState {
    const { caches, apiKeys, roles, signingKeys, revocations } = this.#state;
    return {
      caches: new Map(caches),
      apiKeys: new Map(apiKeys),
      roles: new Map(roles),
      signingKeys: new Map(signingKeys),
      revocations: new Map(revocations),
    };
  }

  /** After a failed write: what asked for nothing new is answered from the state as it is, the rest fails. */
  #refuse(changes: readonly PendingChange[], cause: unknown): void {
    this.#options.log.error({ err: cause, path: this.#path }, "the catalog cannot be written");
    const error = toServiceError(cause);
    for (const change of changes) {
      try {
        const outcome = change.apply(this.#draft());
        if (outcome.changed) change.reject(error);
        else outcome.settle();
      } catch (reason) {
        change.reject(reason);
      }
    }
  }

  #tellOfCaches(before: CatalogState, after: CatalogState): void {
    // By identity: a cache deleted and created again in one batch is another cache.
    for (const [name, record] of before.caches) {
      if (after.caches.get(name) !== record) this.#options.onCacheRemoved(name);
    }
    for (const [name, record] of after.caches) {
      if (before.caches.get(name) !== record) this.#options.onCacheAdded(name);
    }
  }

  async #replaceFile(state: CatalogState): Promise<void> {
    const renamed = await this.#write(state).catch((error: unknown) => {
      if (!(error instanceof AfterRename)) throw error;
      return error;
    });
    if (renamed === undefined) return;
    // The new file is in its place but may not stay there. The change is refused, so the old state goes back;
    // should that fail too, the next change puts it right.
    await this.#write(this.#state).catch(() => {});
    throw renamed.reason;
  }

  async #write(state: CatalogState): Promise<undefined> {
    const { files, dataDir } = this.#options;
    const draftPath = `${this.#path}.tmp`;
    try {
      const file = await files.create(draftPath, FILE_MODE);
      try {
        await file.write(formatCatalog(state));
        await file.sync();
      } finally {
        await file.close();
      }
      await files.rename(draftPath, this.#path);
    } catch (error) {
      // Half a file on a full disk is only in the way.
      await files.remove(draftPath).catch(() => {});
      throw error;
    }
    try {
      await files.syncDirectory(dataDir);
    } catch (error) {
      throw new AfterRename(error);
    }
  }
}

/** A write that failed when the new file had taken its place already. */
class AfterRename extends Error {
  readonly reason: unknown;

  constructor(reason: unknown) {
    super("failed after the rename");
    this.reason = reason;
  }
}

function tooMany(what: string, most: number): ServiceError {
  return new ServiceError("resource_exhausted", `This server has as many ${what} as it may have (${most}).`);
}

function toServiceError(cause: unknown): ServiceError {
  const code = systemErrorCode(cause);
  if (code === "ENOSPC" || code === "EDQUOT") {
    return new ServiceError("resource_exhausted", "The server's disk is full; nothing was changed.", {
      cause,
    });
  }
  return new ServiceError(
    "unavailable",
    "The server cannot write to its disk just now; nothing was changed.",
    {
      cause,
    },
  );
}

// A catalog in memory, which answers at once or later, and counts how often it is asked.

import type { Awaitable } from "../kernel/awaitable.js";
import type { CacheRecord, Catalog, CatalogTable } from "../ports/catalog.js";

export interface MemoryTable<R extends { readonly id: string }> extends CatalogTable<R> {
  readonly records: Map<string, R>;
}

export interface MemoryCatalog extends Catalog {
  readonly apiKeys: MemoryTable<CatalogRecord<"apiKeys">>;
  readonly roles: MemoryTable<CatalogRecord<"roles">>;
  readonly signingKeys: MemoryTable<CatalogRecord<"signingKeys">>;
  readonly revocations: MemoryTable<CatalogRecord<"revocations">>;
  /** How often `find` was called, on all tables. */
  finds: number;
}

type CatalogRecord<T extends "apiKeys" | "roles" | "signingKeys" | "revocations"> =
  Catalog[T] extends CatalogTable<infer R> ? R : never;

export function createMemoryCatalog(answer: "at once" | "later" = "at once"): MemoryCatalog {
  const caches = new Map<string, CacheRecord>();
  const reply = <T>(value: T): Awaitable<T> => (answer === "later" ? Promise.resolve(value) : value);

  function createTable<R extends { readonly id: string }>(): MemoryTable<R> {
    const records = new Map<string, R>();
    return {
      records,
      add(record) {
        if (records.has(record.id)) return Promise.resolve("already_exists");
        records.set(record.id, record);
        return Promise.resolve("added");
      },
      replace(record) {
        if (!records.has(record.id)) return Promise.resolve("not_found");
        records.set(record.id, record);
        return Promise.resolve("replaced");
      },
      remove: (id) => Promise.resolve(records.delete(id) ? "removed" : "not_found"),
      list: () => reply([...records.values()]),
      find(id) {
        catalog.finds++;
        return reply(records.get(id));
      },
    };
  }

  const catalog: MemoryCatalog = {
    finds: 0,
    createCache(name) {
      if (caches.has(name)) return Promise.resolve("already_exists");
      caches.set(name, { name, createdAtMs: 0 });
      return Promise.resolve("created");
    },
    deleteCache: (name) => Promise.resolve(caches.delete(name) ? "deleted" : "not_found"),
    listCaches: () => reply([...caches.values()]),
    hasCache: (name) => reply(caches.has(name)),
    apiKeys: createTable(),
    roles: createTable(),
    signingKeys: createTable(),
    revocations: createTable(),
  };
  return catalog;
}

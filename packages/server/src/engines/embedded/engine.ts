// The embedded engine: catalog and topics of one process on one data directory.

import { dirname, join, resolve } from "node:path";
import type { Clock } from "../../kernel/clock.js";
import type { Logger } from "../../kernel/log.js";
import { DIRECTORY_MASK, FILE_MASK, warnOfLooseMode } from "../../kernel/loose-mode.js";
import type { Catalog } from "../../ports/catalog.js";
import type { TopicEngine } from "../../ports/topic-engine.js";
import { CatalogError } from "./catalog-file.js";
import { startEmbeddedCatalog, type CatalogLimits, type EmbeddedCatalog } from "./catalog.js";
import { type DirectoryLock, startDirectoryLock } from "./directory-lock.js";
import { nodeFileSystem, systemErrorCode, type FileSystem } from "./file-system.js";
import { EmbeddedTopics, type TopicLimits, type TopicStats } from "./topics.js";

export interface EmbeddedEngineOptions {
  /** Made when it is not there, for this user only. */
  readonly dataDir: string;
  readonly clock: Clock;
  readonly limits: TopicLimits & CatalogLimits;
  readonly log: Logger;
  /** Where the catalog is kept; the machine's files when absent. The lock is a real one in any case. */
  readonly files?: FileSystem;
}

export interface EmbeddedEngine {
  readonly catalog: Catalog;
  readonly topics: TopicEngine;
  topicStats(): TopicStats;
  /** Finishes the changes under way, then gives the directory free. */
  close(): Promise<void>;
}

/** Locks the data directory and reads its catalog. Throws CatalogError when the directory cannot be used. */
export async function startEmbeddedEngine(options: EmbeddedEngineOptions): Promise<EmbeddedEngine> {
  const { dataDir, clock, limits, log, files = nodeFileSystem } = options;
  try {
    await files.makeDirectory(dataDir, 0o700);
  } catch (error) {
    throw new CatalogError(
      dataDir,
      `The data directory ${dataDir} cannot be made (${systemErrorCode(error) ?? "unknown error"}). ` +
        `Make it yourself for this user, or choose another.`,
      error,
    );
  }
  // That the directory itself outlives a crash; not everyone may open the one above it, and most file systems see to it anyway.
  await files.syncDirectory(dirname(resolve(dataDir))).catch(() => {});
  const lock = await startDirectoryLock(dataDir);
  await warnOfLooseModes(dataDir, files, log);
  const topics = new EmbeddedTopics({ clock, limits });
  let catalog: EmbeddedCatalog;
  try {
    catalog = await startEmbeddedCatalog({
      dataDir,
      clock,
      limits,
      log,
      files: underLock(files, lock),
      onCacheAdded: (name) => topics.addCache(name),
      onCacheRemoved: (name) => topics.removeCache(name),
    });
  } catch (error) {
    topics.close();
    await lock.close();
    throw error;
  }
  return {
    catalog,
    topics,
    topicStats: () => topics.stats(),
    async close() {
      await catalog.close();
      topics.close();
      await lock.close();
    },
  };
}

/** What lies there with the rights of somebody else's making. What cannot be looked at is told by whoever reads it. */
async function warnOfLooseModes(dataDir: string, files: FileSystem, log: Logger): Promise<void> {
  const looked = [
    [dataDir, DIRECTORY_MASK],
    [join(dataDir, "catalog.json"), FILE_MASK],
  ] as const;
  for (const [path, mask] of looked) {
    const mode = await files.modeOf(path).catch(() => undefined);
    if (mode !== undefined) warnOfLooseMode(log, { path, mode }, mask);
  }
}

/**
 * `files` as long as the lock is held: should somebody have removed its file, another process may have the directory by now, and nothing
 * of that one's is touched.
 */
function underLock(files: FileSystem, lock: DirectoryLock): FileSystem {
  return {
    makeDirectory: (path, mode) => files.makeDirectory(path, mode),
    read: (path) => files.read(path),
    modeOf: (path) => files.modeOf(path),
    async create(path, mode) {
      await lock.demand();
      return files.create(path, mode);
    },
    async rename(from, to) {
      await lock.demand();
      return files.rename(from, to);
    },
    async remove(path) {
      await lock.demand();
      return files.remove(path);
    },
    syncDirectory: (path) => files.syncDirectory(path),
  };
}

// The few file operations that the catalog stands on, as an interface so that tests can break each of them.

import { lstat, mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";

/** A file that is being written from its start. */
export interface WritableFile {
  write(bytes: Uint8Array): Promise<void>;
  /** Resolves when the bytes are on the disk. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** Every operation rejects with the error of the operating system (`code` "ENOSPC", "EACCES" …). */
export interface FileSystem {
  /** Makes the directory and those above it; one that is there already is left as it is. */
  makeDirectory(path: string, mode: number): Promise<void>;
  /** The whole file; undefined when there is none. A link that leads nowhere is an error ("ENOENT"): something was meant to be there. */
  read(path: string): Promise<Uint8Array | undefined>;
  /** The permission bits of a file or directory, through links; undefined when there is none. */
  modeOf(path: string): Promise<number | undefined>;
  /** Empties or makes the file, and gives it `mode` whatever it had. */
  create(path: string, mode: number): Promise<WritableFile>;
  /** Replaces what `to` was, in one step. */
  rename(from: string, to: string): Promise<void>;
  /** No error when there is no such file. */
  remove(path: string): Promise<void>;
  /** Makes renames and removals in the directory durable. */
  syncDirectory(path: string): Promise<void>;
}

/** The `code` of an error of the operating system; undefined for anything else. */
export function systemErrorCode(error: unknown): string | undefined {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : undefined;
}

/** With those above it. Node's own `recursive` tries for ever where one cannot be made though the one above it is there, as in /proc. */
async function makeDirectory(path: string, mode: number): Promise<void> {
  try {
    await makeOneDirectory(path, mode);
  } catch (error) {
    if (systemErrorCode(error) !== "ENOENT" || dirname(path) === path) throw error;
    await makeDirectory(dirname(path), mode);
    await makeOneDirectory(path, mode);
  }
}

async function makeOneDirectory(path: string, mode: number): Promise<void> {
  try {
    await mkdir(path, mode);
  } catch (error) {
    if (systemErrorCode(error) !== "EEXIST" || !(await stat(path)).isDirectory()) throw error;
  }
}

/** Whether there is anything by this name, be it a link that leads nowhere. */
async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    (error: unknown) => systemErrorCode(error) !== "ENOENT",
  );
}

/** The machine's files. */
export const nodeFileSystem: FileSystem = {
  makeDirectory,
  async read(path) {
    try {
      return await readFile(path);
    } catch (error) {
      if (systemErrorCode(error) === "ENOENT" && !(await isThere(path))) return undefined;
      throw error;
    }
  },
  async modeOf(path) {
    try {
      return (await stat(path)).mode & 0o7777;
    } catch (error) {
      if (systemErrorCode(error) === "ENOENT") return undefined;
      throw error;
    }
  },
  async create(path, mode) {
    const handle = await open(path, "w", mode);
    try {
      await handle.chmod(mode);
    } catch (error) {
      await handle.close();
      throw error;
    }
    return {
      write: (bytes) => handle.writeFile(bytes),
      sync: () => handle.sync(),
      close: () => handle.close(),
    };
  },
  rename,
  async remove(path) {
    await rm(path, { force: true });
  },
  async syncDirectory(path) {
    const handle = await open(path, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
};

// One process per data directory: a socket file that listens as long as the process lives, so that it cannot be left
// behind in force, whatever kills the process.

import { connect, createServer, type Server } from "node:net";
import { lstat, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { randomId } from "../../kernel/ids.js";
import { CatalogError } from "./catalog-file.js";
import { systemErrorCode } from "./file-system.js";

// What a socket address holds on macOS and the BSDs, less its end mark; Linux takes four bytes more.
const SOCKET_PATH_BYTES_MAX = 103;
const ATTEMPTS_MAX = 5;

export interface DirectoryLock {
  /** Rejects with CatalogError when the lock's file is not the one that this process has made: the directory may be another's by now. */
  demand(): Promise<void>;
  close(): Promise<void>;
}

/** Takes the lock of `directory`, which must exist. Throws CatalogError when another process has it or it cannot be had. */
export async function startDirectoryLock(directory: string): Promise<DirectoryLock> {
  const path = join(directory, "lock.sock");
  if (Buffer.byteLength(path) > SOCKET_PATH_BYTES_MAX) {
    throw new CatalogError(
      directory,
      `The path of the data directory ${directory} is too long: ${path} has ${Buffer.byteLength(path)} bytes, ` +
        `a socket file may have ${SOCKET_PATH_BYTES_MAX}. Choose a shorter or a relative path.`,
    );
  }
  const taken = new CatalogError(
    directory,
    `The data directory ${directory} is in use by another Subito process. Stop that one, or choose another directory.`,
  );
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    try {
      return await toLock(directory, path, await listen(path));
    } catch (error) {
      if (systemErrorCode(error) !== "EADDRINUSE") {
        throw new CatalogError(
          directory,
          `The data directory ${directory} cannot be locked: no socket file can be made at ${path} ` +
            `(${systemErrorCode(error) ?? "unknown error"}). Give this user the right to write there, ` +
            `or choose a directory on a local file system.`,
          error,
        );
      }
    }
    if (await answers(path)) throw taken;
    // Left behind by a process that was killed. It is moved before it is removed: should another process have put its own
    // socket here since it was asked, that one still answers under its new name, and is put back.
    const aside = join(directory, `lock.${randomId().slice(0, 4)}`);
    try {
      await rename(path, aside);
    } catch (error) {
      if (systemErrorCode(error) === "ENOENT") continue;
      throw error;
    }
    if (await answers(aside)) {
      await rename(aside, path);
      throw taken;
    }
    await rm(aside, { force: true });
  }
  throw taken;
}

function listen(path: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once("error", reject);
    server.listen(path, () => {
      server.off("error", reject);
      // A failure to accept a knock changes nothing: the file still answers.
      server.on("error", () => {});
      server.unref();
      resolve(server);
    });
  });
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    // Refused or gone: nobody. Anything else (no right to ask, its queue is full) may be somebody.
    socket.once("error", (error) => {
      const code = systemErrorCode(error);
      resolve(code !== "ECONNREFUSED" && code !== "ENOENT");
    });
  });
}

async function toLock(directory: string, path: string, server: Server): Promise<DirectoryLock> {
  // A number that no other file gets while the socket is open.
  const made = await identify(path);
  const isHeld = async (): Promise<boolean> => (await identify(path)) === made;
  return {
    async demand() {
      if (await isHeld()) return;
      throw new CatalogError(
        directory,
        `The lock of the data directory ${directory} is lost: somebody removed or replaced ${path}, and another process may use the directory. ` +
          `Nothing is written there any more; restart this server.`,
      );
    },
    async close() {
      if (!server.listening) return;
      // Closing removes whatever has the name by now: the lock of another process is kept from that.
      const aside = join(directory, `lock.${randomId().slice(0, 4)}`);
      const isOthers = !(await isHeld()) && (await rename(path, aside).then(isDone, isNotDone));
      await new Promise<void>((resolve) => void server.close(() => resolve()));
      if (isOthers) await rename(aside, path);
    },
  };
}

const isDone = (): boolean => true;
const isNotDone = (): boolean => false;

/** Undefined when there is none. */
async function identify(path: string): Promise<string | undefined> {
  try {
    const { dev, ino } = await lstat(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

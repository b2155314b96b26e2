// The PEM files of a server on disk: read as they are now, and told apart from how they were.

import { readFile, stat } from "node:fs/promises";
import type { TlsFiles } from "./tls-reloader.js";

export interface TlsPaths {
  readonly certFile: string;
  readonly keyFile: string;
  readonly clientCaFile: string | undefined;
}

/** A PEM file above this is none. */
const FILE_BYTES_MAX = 1024 * 1024;

export function createTlsFiles({ certFile, keyFile, clientCaFile }: TlsPaths): TlsFiles {
  const paths = [certFile, keyFile, ...(clientCaFile === undefined ? [] : [clientCaFile])];
  return {
    async read() {
      const cert = await read("certificate", certFile);
      const key = await read("private key", keyFile);
      const clientCa =
        clientCaFile === undefined ? undefined : await read("CA for client certificates", clientCaFile);
      return { cert, key, clientCa };
    },
    async keyMode() {
      try {
        const { mode, uid } = await stat(keyFile);
        // A key of root's that a group may read is how one is shared (Debian's ssl-cert, a Kubernetes secret).
        const isShared = uid === 0 && (mode & 0o037) === 0;
        return isShared ? undefined : { path: keyFile, mode: mode & 0o7777 };
      } catch {
        return undefined;
      }
    },
    async stamp() {
      return (await Promise.all(paths.map(stampOf))).join(" ");
    },
  };
}

async function read(what: string, path: string): Promise<string> {
  try {
    if ((await stat(path)).size > FILE_BYTES_MAX) throw new Error("it is too large");
    return await readFile(path, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new Error(`The ${what} ${path} cannot be read: ${reasons[code ?? ""] ?? message}.`, {
      cause: error,
    });
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EACCES: "this user may not",
  EISDIR: "it is a directory",
};

/** Through symbolic links: Kubernetes and certbot replace the link, others the file, or what is in it. */
async function stampOf(path: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join(":");
  } catch {
    return "none";
  }
}

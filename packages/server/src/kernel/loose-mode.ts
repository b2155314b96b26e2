// Warns of files with secrets that others than their owner may read or write. They are used all the same.

import type { Logger } from "./log.js";

/** What nobody but the owner should have: of files; of directories, whose names are no secret, but in which a file can be put in the place of another. */
export const FILE_MASK = 0o077;
export const DIRECTORY_MASK = 0o022;

export interface FileMode {
  readonly path: string;
  /** Permission bits. */
  readonly mode: number;
}

/** One line when any bit of `mask` is set in its mode. */
export function warnOfLooseMode(log: Logger, { path, mode }: FileMode, mask: number): void {
  if ((mode & mask) === 0) return;
  log.warn(
    { path, mode: mode.toString(8).padStart(4, "0") },
    "others than its owner may read or write this: take the rights from them with chmod go-rwx",
  );
}

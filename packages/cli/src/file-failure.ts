// Why a file or directory cannot be used, in words in place of the names of system calls.

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file or directory",
  EACCES: "this user may not",
  EPERM: "this user may not",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
  EISDIR: "it is a directory",
  EEXIST: "it is a file, not a directory",
  ENOTDIR: "a part of it is a file, not a directory",
};

/** What comes behind "cannot be read: "; for a failed `mkdir` too. */
export function describeFileFailure(error: unknown): string {
  const { code = "", message } = error as NodeJS.ErrnoException;
  return reasons[code] ?? message;
}

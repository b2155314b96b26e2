// Descriptors for tests of what is printed, and a pipe that takes nothing.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { closeSync, constants, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { createTestDirectory } from "./test-directory.js";

/** Closed after the test. */
export function openDescriptor(t: TestContext, path: string, flags: string | number): number {
  const descriptor = openSync(path, flags);
  t.after(() => closeSync(descriptor));
  return descriptor;
}

/** A pipe that holds as much as it can: `bytes` hyphens, which nobody reads. Reads from `readEnd` do not wait. */
export async function openFullPipe(
  t: TestContext,
): Promise<{ readEnd: number; writeEnd: number; bytes: number }> {
  const path = join(await createTestDirectory(t), "pipe");
  execFileSync("mkfifo", [path]);
  const readEnd = openDescriptor(t, path, constants.O_RDWR | constants.O_NONBLOCK);
  let bytes = 0;
  assert.throws(
    () => {
      for (;;) bytes += writeSync(readEnd, "-".repeat(4096));
    },
    { code: "EAGAIN" },
  );
  return { readEnd, writeEnd: openDescriptor(t, path, constants.O_WRONLY), bytes };
}

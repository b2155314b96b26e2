// A directory of a test's own.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";

/** A new directory that is removed after the test. */
export async function createTestDirectory(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "subito-test-"));
  t.after(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

// Waits for something that a test can only ask for.

import { setTimeout } from "node:timers/promises";

/** How long a condition may take at most: far beyond any that comes true. */
const PATIENCE_MS = 30_000;

/** Resolves once `isDone` holds; rejects when it does not come to. */
export async function pollUntil(isDone: () => boolean | Promise<boolean>): Promise<void> {
  const startedAt = performance.now();
  while (!(await isDone())) {
    if (performance.now() - startedAt > PATIENCE_MS) throw new Error("what was waited for did not come true");
    await setTimeout(5);
  }
}

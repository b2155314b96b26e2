// Waits for a point in time more exactly than a timer does, without keeping a core busy and without stopping the event loop.

import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";

/** A timer fires up to this late; the rest of the way is waited for in pieces. */
const TIMER_MS = 2;

/** The longest that the event loop stands still at a time. */
const PIECE_MS = 0.5;

const never = new Int32Array(new SharedArrayBuffer(4));

/**
 * At least one turn of the event loop passes, so that what has come in is read.
 * @param {number} dueMs  in the time of performance.now()
 */
export async function sleepUntil(dueMs) {
  const left = dueMs - performance.now();
  if (left > TIMER_MS) await sleep(Math.floor(left - TIMER_MS));
  await nextTurn();
  for (;;) {
    const piece = Math.min(PIECE_MS, dueMs - performance.now());
    if (piece <= 0) return;
    Atomics.wait(never, 0, 0, piece);
    await nextTurn();
  }
}

// The fake clock's order of timers.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createFakeClock } from "./fake-clock.js";

test("timers run in order of time, repeat, and see the time they were due at", () => {
  const clock = createFakeClock(1000);
  const seen: string[] = [];
  const note = (name: string) => () => void seen.push(`${name}@${clock.nowMs()}`);
  clock.after(30, note("once"));
  const tick = clock.every(20, note("tick"));
  clock.after(20, note("second"));
  clock.advance(19);
  assert.deepEqual(seen, []);
  clock.advance(41);
  assert.deepEqual(seen, ["tick@1020", "second@1020", "once@1030", "tick@1040", "tick@1060"]);
  tick.cancel();
  clock.advance(1000);
  assert.equal(seen.length, 5);
  assert.equal(clock.pendingTimers, 0);
});

test("setting the wall clock leaves the monotonic clock alone", () => {
  const clock = createFakeClock(1000);
  clock.advance(5);
  clock.setWallClock(200);
  assert.deepEqual([clock.nowMs(), clock.monotonicMs()], [200, 5]);
  clock.advance(1);
  assert.deepEqual([clock.nowMs(), clock.monotonicMs()], [201, 6]);
});

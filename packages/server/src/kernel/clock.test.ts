// The machine's clock behind its port: timers that run once, that are cancelled, and delays that a machine timer cannot hold.

import assert from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "./clock.js";

/** Beyond this, a machine timer would run at once. */
const MACHINE_TIMER_MS_MAX = 2 ** 31 - 1;

test("a timer runs once, a cancelled one never", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  const ran: string[] = [];
  systemClock.after(10, () => ran.push("once"));
  systemClock.after(10, () => ran.push("never")).cancel();
  const often = systemClock.every(10, () => ran.push("often"));
  t.mock.timers.tick(9);
  assert.deepEqual(ran, []);
  t.mock.timers.tick(11);
  often.cancel();
  t.mock.timers.tick(100);
  assert.deepEqual(ran.sort(), ["often", "often", "once"]);
});

test("a delay beyond what a machine timer holds is kept too, and can be cancelled in any part of it", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const ran: string[] = [];
  const delayMs = 2 * MACHINE_TIMER_MS_MAX + 5;
  systemClock.after(delayMs, () => ran.push("ran"));
  const cancelled = systemClock.after(delayMs, () => ran.push("never"));
  t.mock.timers.tick(MACHINE_TIMER_MS_MAX);
  cancelled.cancel();
  t.mock.timers.tick(MACHINE_TIMER_MS_MAX);
  assert.deepEqual(ran, []);
  t.mock.timers.tick(5);
  assert.deepEqual(ran, ["ran"]);
});

test("the monotonic clock does not go back", () => {
  let last = systemClock.monotonicMs();
  for (let i = 0; i < 100; i++) {
    const now = systemClock.monotonicMs();
    assert.ok(now >= last);
    last = now;
  }
});

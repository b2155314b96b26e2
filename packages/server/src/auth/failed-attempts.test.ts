// Failures at once and over time, and whose are forgotten.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createFakeClock } from "../testing/fake-clock.js";
import { FailedAttempts } from "./failed-attempts.js";

test("so many failures at once, then as many as time brings back", () => {
  const clock = createFakeClock();
  const attempts = new FailedAttempts(clock, { burstMax: 3, perSecondMax: 2, trackedMax: 10 });
  for (let i = 0; i < 3; i++) {
    assert.ok(attempts.mayTry("a"));
    attempts.failed("a");
  }
  assert.ok(!attempts.mayTry("a"));
  assert.ok(attempts.mayTry("b"), "others are not concerned");
  clock.advance(499);
  assert.ok(!attempts.mayTry("a"));
  clock.advance(1);
  assert.ok(attempts.mayTry("a"));
  attempts.failed("a");
  assert.ok(!attempts.mayTry("a"));
  clock.advance(100_000);
  for (let i = 0; i < 3; i++) attempts.failed("a");
  assert.ok(!attempts.mayTry("a"), "no more than the burst is saved up");
});

test("only so many are kept in mind: the oldest are forgotten", () => {
  const clock = createFakeClock();
  const attempts = new FailedAttempts(clock, { burstMax: 1, perSecondMax: 1, trackedMax: 2 });
  for (const who of ["a", "b", "a", "c"]) attempts.failed(who);
  assert.deepEqual(
    ["a", "b", "c"].map((who) => attempts.mayTry(who)),
    [false, true, false],
  );
});

test("property: as a plain model of tokens says", () => {
  const step = fc.record({ who: fc.constantFrom("a", "b"), waitMs: fc.nat(1000), fails: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const clock = createFakeClock();
      const attempts = new FailedAttempts(clock, { burstMax: 5, perSecondMax: 4, trackedMax: 10 });
      const left = new Map<string, number>();
      for (const { who, waitMs, fails } of steps) {
        clock.advance(waitMs);
        for (const [name, tokens] of left) left.set(name, Math.min(5, tokens + (waitMs / 1000) * 4));
        const tokens = left.get(who) ?? 5;
        // At the very edge rounding decides.
        if (Math.abs(tokens - 1) > 1e-6) assert.equal(attempts.mayTry(who), tokens >= 1);
        if (!fails) continue;
        attempts.failed(who);
        left.set(who, Math.max(0, tokens - 1));
      }
    }),
  );
});

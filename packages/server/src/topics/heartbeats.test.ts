// Who gets a heartbeat, and when.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createFakeClock } from "../testing/fake-clock.js";
import { CountingForm, RecordingSink } from "../testing/recording-sink.js";
import { Heartbeats } from "./heartbeats.js";
import type { HeartbeatMember } from "./heartbeats.js";

function member(
  form = new CountingForm(),
): HeartbeatMember & { sink: RecordingSink; missed: number; failed: unknown } {
  return {
    sink: new RecordingSink(form),
    heartbeatSlot: -1,
    heartbeatIndex: -1,
    missed: 0,
    failed: undefined,
    missedHeartbeat() {
      this.missed++;
    },
    fail(error) {
      this.failed = error;
    },
  };
}

void test("every member gets one heartbeat per interval, spread over it, from one timer and one chunk", () => {
  const clock = createFakeClock();
  const heartbeats = new Heartbeats(clock, 1000);
  const form = new CountingForm();
  const members = Array.from({ length: 20 * 64 }, () => member(form));
  for (const one of members) heartbeats.add(one);
  assert.equal(clock.pendingTimers, 1);
  const count = (): number => members.reduce((sum, one) => sum + one.sink.chunks.length, 0);
  for (let tick = 1; tick <= 20; tick++) {
    clock.advance(50);
    assert.equal(count(), tick * 64);
  }
  clock.advance(3000);
  assert.ok(members.every((one) => one.sink.chunks.length === 4));
  assert.equal(form.heartbeats, 1);
  for (const one of members) heartbeats.remove(one);
  assert.equal(clock.pendingTimers, 0);
});

void test("a sink that is not ready is passed over, one that throws is told", () => {
  const clock = createFakeClock();
  const heartbeats = new Heartbeats(clock, 100);
  const [slow, broken, good] = [member(), member(), member()] as const;
  for (const one of [slow, broken, good]) heartbeats.add(one);
  slow.sink.room = 0;
  broken.sink.onPush = () => {
    throw new Error("broken");
  };
  clock.advance(100);
  assert.deepEqual([slow.sink.story, good.sink.story], [[], ["♥"]]);
  assert.equal(slow.missed, 1);
  assert.match(String(broken.failed), /broken/);
});

void test("short intervals work with fewer slots", () => {
  const clock = createFakeClock();
  const heartbeats = new Heartbeats(clock, 10);
  const members = [member(), member()];
  for (const one of members) heartbeats.add(one);
  clock.advance(30);
  assert.deepEqual(
    members.map((one) => one.sink.chunks.length),
    [3, 3],
  );
});

void test("whoever is a member, and nobody else, gets heartbeats, however members come and go", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(30), { maxLength: 60 }), fc.nat(30), (choices, leaver) => {
      const clock = createFakeClock();
      const heartbeats = new Heartbeats(clock, 300);
      const present = new Map<number, ReturnType<typeof member>>();
      const gone: ReturnType<typeof member>[] = [];
      const leave = (key: number): void => {
        const one = present.get(key);
        if (one === undefined) return;
        heartbeats.remove(one);
        present.delete(key);
        one.sink.chunks.length = 0;
        gone.push(one);
      };
      for (const choice of choices) {
        if (present.has(choice)) leave(choice);
        else {
          const one = member();
          present.set(choice, one);
          heartbeats.add(one);
        }
      }
      // One that leaves in the middle of its own heartbeat disturbs nobody.
      const last = present.get(leaver);
      if (last !== undefined) last.sink.onPush = () => leave(leaver);
      clock.advance(300);
      for (const one of present.values()) assert.equal(one.sink.chunks.length, 1);
      for (const one of gone) assert.equal(one.sink.chunks.length, 0);
      for (const key of [...present.keys()]) leave(key);
      assert.equal(clock.pendingTimers, 0);
    }),
  );
});

// When it begins, when it ends, and that it stays as it is between.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createFakeClock } from "../testing/fake-clock.js";
import type { Machine } from "./machine.js";
import { MemoryPressure } from "./memory-pressure.js";

function create() {
  const clock = createFakeClock();
  const memory = { residentBytes: 0, heapBytes: 0, externalBytes: 0 };
  const changes: boolean[] = [];
  const machine = { memory: () => memory, heapBytesMax: 2000 } as unknown as Machine;
  const pressure = new MemoryPressure(clock, machine, 1000, (isHigh) => changes.push(isHigh));
  const set = (residentBytes: number, heapBytes: number, externalBytes: number): boolean => {
    Object.assign(memory, { residentBytes, heapBytes, externalBytes });
    clock.advance(250);
    return pressure.isHigh;
  };
  return { clock, pressure, changes, set };
}

test("above the limit with most of it in use it is high, until one of both is well below", () => {
  const { set, changes } = create();
  assert.equal(set(990, 500, 400), false);
  assert.equal(set(1001, 300, 301), true);
  assert.equal(set(950, 300, 250), true, "a little less is not enough");
  assert.equal(set(899, 300, 250), false);
  assert.equal(set(1100, 300, 400), true);
  assert.equal(set(1100, 100, 100), false, "what was freed may stay resident");
  assert.deepEqual(changes, [true, false, true, false]);
});

test("resident memory with little in use is no pressure", () => {
  const { set } = create();
  assert.equal(set(2000, 300, 200), false);
});

test("a heap near V8's own limit is pressure, whatever is resident", () => {
  const { set } = create();
  assert.equal(set(10, 1701, 0), true);
  assert.equal(set(10, 1600, 0), true);
  assert.equal(set(10, 1400, 0), false);
});

test("closed, it looks no more", () => {
  const { clock, pressure } = create();
  pressure.close();
  assert.equal(clock.pendingTimers, 0);
});

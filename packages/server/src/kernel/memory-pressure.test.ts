// When it begins, when it ends, and that it stays as it is between.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createFakeClock } from "../testing/fake-clock.js";
import type { Machine } from "./machine.js";
import { MemoryPressure } from "./memory-pressure.js";

function create() {
  const clock = createFakeClock();
  const memory = { residentBytes: 0, heapBytes: 0, heapFreeBytes: 0, externalBytes: 0 };
  const changes: boolean[] = [];
  const machine = { memory: () => memory, heapBytesMax: 2000 } as unknown as Machine;
  const pressure = new MemoryPressure(clock, machine, 1000, (isHigh) => changes.push(isHigh));
  const set = (residentBytes: number, heapBytes: number, heapFreeBytes: number): boolean => {
    Object.assign(memory, { residentBytes, heapBytes, heapFreeBytes });
    clock.advance(250);
    return pressure.isHigh;
  };
  return { clock, pressure, changes, set };
}

test("above the limit it is high, until it is well below", () => {
  const { set, changes } = create();
  assert.equal(set(1000, 500, 0), false);
  assert.equal(set(1001, 500, 0), true);
  assert.equal(set(950, 500, 0), true, "a little less is not enough");
  assert.equal(set(900, 500, 0), false);
  assert.deepEqual(changes, [true, false]);
});

test("what V8 keeps for its heap without using it does not count; what lies outside of the heap does", () => {
  const { set } = create();
  assert.equal(set(1500, 300, 600), false);
  assert.equal(set(1500, 10, 0), true);
  assert.equal(set(1500, 10, 600), false);
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

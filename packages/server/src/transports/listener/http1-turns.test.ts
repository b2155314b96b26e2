// Requests are begun one after the other, in order.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Http1Turns } from "./http1-turns.js";

test("one at a time, in order; a request that comes alone begins at once", () => {
  const turns = new Http1Turns();
  const begun: number[] = [];
  const ask = (n: number): void => turns.take(() => begun.push(n));
  for (const n of [0, 1, 2]) ask(n);
  assert.deepEqual([begun, turns.busy], [[0], true]);
  turns.next();
  assert.deepEqual(begun, [0, 1]);
  turns.next();
  turns.next();
  assert.deepEqual([begun, turns.busy], [[0, 1, 2], false]);
  ask(3);
  assert.deepEqual([begun, turns.busy], [[0, 1, 2, 3], true]);
});

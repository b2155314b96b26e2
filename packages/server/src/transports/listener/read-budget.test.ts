// What is read at once, what waits for a later turn, and that nothing is lost or swapped.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ReadBudget, type Reader, type Source } from "./read-budget.js";

class FakeReader implements Reader, Source {
  held = false;
  readonly received: Buffer[] = [];

  receive(chunk: Buffer): void {
    this.received.push(chunk);
  }

  holdReading(): void {
    assert.ok(!this.held);
    this.held = true;
  }

  releaseReading(): void {
    assert.ok(this.held);
    this.held = false;
  }
}

function create() {
  const runs: (() => void)[] = [];
  const budget = new ReadBudget({ readBytesPerTurnMax: 100, smallReadBytesMax: 10 }, (run) => runs.push(run));
  const endTurn = (): void => {
    for (const run of runs.splice(0)) run();
  };
  return { budget, endTurn, runs };
}

test("past the budget of a turn, large chunks wait their turn in order, and their readers are held", () => {
  const { budget, endTurn, runs } = create();
  const readers = Array.from({ length: 6 }, () => new FakeReader());
  readers.forEach((reader, i) => budget.read(reader, reader, Buffer.alloc(60, i)));
  const counts = () => readers.map(({ received }) => received.length).join("");
  assert.equal(counts(), "110000");
  assert.deepEqual(
    readers.map(({ held }) => held),
    [false, false, true, true, true, true],
  );
  endTurn();
  assert.equal(counts(), "111100");
  endTurn();
  assert.equal(counts(), "111111");
  assert.ok(readers.every(({ held }) => !held));
  endTurn();
  assert.equal(runs.length, 0, "nothing is scheduled while nothing is read");
});

test("small chunks never wait", () => {
  const { budget } = create();
  const [busy, quiet] = [new FakeReader(), new FakeReader()];
  budget.read(busy, busy, Buffer.alloc(500));
  budget.read(quiet, quiet, Buffer.from("a PING"));
  assert.equal(quiet.received.length, 1);
});

test("a reader that sends again as soon as it is let go on stands behind the others", () => {
  const { budget, endTurn } = create();
  const order: string[] = [];
  const named = (name: string): FakeReader => {
    const reader = new FakeReader();
    reader.receive = () => order.push(name);
    return reader;
  };
  const [a, b, c] = [named("a"), named("b"), named("c")];
  for (const reader of [a, b, c]) budget.read(reader, reader, Buffer.alloc(200));
  budget.read(a, a, Buffer.alloc(200));
  for (let i = 0; i < 3; i++) endTurn();
  assert.deepEqual(order, ["a", "b", "c", "a"]);
});

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

  keepRead(rest: Buffer): Buffer {
    return Buffer.from(rest);
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

function create(firstReadSliceBytesMax = 1000, readSliceBytesMax = firstReadSliceBytesMax) {
  const slices = { firstReadSliceBytesMax, readSliceBytesMax };
  const runs: (() => void)[] = [];
  const time = { ms: 0 };
  const budget = new ReadBudget({
    limits: { readBytesPerTurnMax: 100, readMsPerTurnMax: 2, smallReadBytesMax: 10, ...slices },
    monotonicMs: () => time.ms,
    schedule: (run) => runs.push(run),
  });
  const endTurn = (): void => {
    for (const run of runs.splice(0)) run();
  };
  return { budget, endTurn, runs, time };
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

test("a chunk that takes long is handed over in slices, over several turns, with others between them", () => {
  const { budget, endTurn, time } = create(20);
  const order: string[] = [];
  const slow = new FakeReader();
  slow.receive = (slice) => {
    order.push(`slow ${slice.toString("latin1")}`);
    time.ms += 1;
  };
  const other = new FakeReader();
  other.receive = (slice) => order.push(`other ${slice.length}`);
  const text = ["a", "b", "c"].map((letter) => letter.repeat(20)).join("") + "d";
  budget.read(slow, slow, Buffer.from(text));
  budget.read(other, other, Buffer.alloc(15));
  assert.ok(slow.held && other.held);
  assert.deepEqual(order, [`slow ${"a".repeat(20)}`, `slow ${"b".repeat(20)}`]);
  endTurn();
  assert.deepEqual(order.slice(2), ["other 15", `slow ${"c".repeat(20)}`, "slow d"], "the other one first");
  assert.deepEqual([slow.held, other.held], [false, false]);
});

test("slices grow while there is time", () => {
  const { budget, endTurn, time } = create(10, 40);
  const slices: number[] = [];
  const reader = new FakeReader();
  reader.receive = (slice) => {
    slices.push(slice.length);
    time.ms += 0.6;
  };
  budget.read(reader, reader, Buffer.alloc(200));
  assert.deepEqual(slices.splice(0), [10, 20, 40, 40], "until the room is used");
  endTurn();
  assert.deepEqual(slices.splice(0), [10, 20, 40, 20], "small at first, each time");
});

test("whoever needs several turns gets on, however many come for the first time", () => {
  const { budget, endTurn, time } = create(20);
  const busy = new FakeReader();
  let slices = 0;
  busy.receive = () => {
    slices++;
    time.ms += 5;
  };
  budget.read(busy, busy, Buffer.alloc(75));
  for (let turn = 0; turn < 3; turn++) {
    const others = Array.from({ length: 3 }, () => new FakeReader());
    for (const other of others) {
      other.receive = () => (time.ms += 5);
      budget.read(other, other, Buffer.alloc(15));
    }
    endTurn();
    assert.equal(slices, 2 + turn);
  }
  assert.ok(!busy.held);
});

test("the next turn goes on while something waits, also when nothing more comes", () => {
  const { budget, endTurn, time, runs } = create(20);
  const slow = new FakeReader();
  let bytes = 0;
  slow.receive = (slice) => {
    bytes += slice.length;
    time.ms += 5;
  };
  budget.read(slow, slow, Buffer.alloc(95));
  for (let turn = 0; turn < 5; turn++) endTurn();
  assert.equal(bytes, 95);
  assert.ok(!slow.held);
  endTurn();
  assert.equal(runs.length, 0);
});

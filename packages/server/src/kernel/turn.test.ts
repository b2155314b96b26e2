// The two phases of the end of a turn: what is added when, and in which order it runs.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createTurn, type Flushable, type Turn } from "./turn.js";

function createManualTurn() {
  const scheduled: (() => void)[] = [];
  const story: string[] = [];
  const turn = createTurn((run) => scheduled.push(run));
  const work = (name: string, then?: (turn: Turn) => void): Flushable => ({
    flush() {
      story.push(name);
      then?.(turn);
    },
  });
  return { turn, scheduled, story, work };
}

test("writes come after all that comes before writes, each in the order it was added", () => {
  const { turn, scheduled, story, work } = createManualTurn();
  turn.write(work("w1"));
  turn.beforeWrites(work("b1"));
  turn.write(work("w2"));
  turn.beforeWrites(work("b2"));
  assert.equal(scheduled.length, 1);
  assert.deepEqual(story, []);
  scheduled[0]?.();
  assert.deepEqual(story, ["b1", "b2", "w1", "w2"]);
});

test("what is added while the turn ends runs in the same end, in its phase", () => {
  const { turn, scheduled, story, work } = createManualTurn();
  turn.beforeWrites(
    work("b1", (same) => {
      same.write(work("w1", () => same.beforeWrites(work("b3", () => same.write(work("w2"))))));
      same.beforeWrites(work("b2"));
    }),
  );
  scheduled[0]?.();
  assert.deepEqual([...story].sort(), ["b1", "b2", "b3", "w1", "w2"]);
  assert.ok(story.indexOf("b3") > story.indexOf("w1"));
  assert.ok(story.indexOf("w2") > story.indexOf("b3"));
  assert.equal(scheduled.length, 1);
});

test("each turn is scheduled once, and work runs once", () => {
  const { turn, scheduled, story, work } = createManualTurn();
  turn.write(work("first"));
  scheduled[0]?.();
  turn.write(work("second"));
  turn.beforeWrites(work("before"));
  assert.equal(scheduled.length, 2);
  scheduled[1]?.();
  assert.deepEqual(story, ["first", "before", "second"]);
});

test("more writes than a turn may have go on in the next one, before those that came later", () => {
  const scheduled: (() => void)[] = [];
  const turn = createTurn((run) => scheduled.push(run), 2);
  const story: string[] = [];
  const write = (name: string, more = (): void => {}): void =>
    turn.write({
      flush() {
        story.push(name);
        more();
      },
    });
  write("1");
  write("2", () => write("4"));
  write("3");
  scheduled[0]?.();
  assert.deepEqual(story, ["1", "2"]);
  turn.beforeWrites({ flush: () => story.push("before") });
  assert.equal(scheduled.length, 2, "the rest has scheduled the next turn, once");
  scheduled[1]?.();
  assert.deepEqual(story, ["1", "2", "before", "3", "4"]);
  assert.equal(scheduled.length, 2, "nothing is left");
});

test("by itself the end comes after the events of the present turn", async () => {
  const turn = createTurn();
  const story: string[] = [];
  await new Promise<void>((resolve) => {
    turn.write({
      flush() {
        story.push("flush");
        resolve();
      },
    });
    queueMicrotask(() => story.push("microtask"));
    process.nextTick(() => story.push("tick"));
  });
  assert.deepEqual(story.slice(-1), ["flush"]);
  assert.equal(story.length, 3);
});

// Fan-out: what is encoded how often, and what becomes of slow and failing subscribers.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { CountingForm, RecordingSink } from "../testing/recording-sink.js";
import { createWorld, FRESH, LIMITS } from "../testing/topics-world.js";

void test("nothing is encoded or kept for a slow subscriber, and it gets all that the ring has", () => {
  const world = createWorld();
  const sink = world.subscribe();
  sink.room = 0;
  for (let i = 1; i <= 15; i++) {
    world.publish(`${i}`);
    if (i % 3 === 0) world.endTurn();
  }
  assert.equal(sink.form.itemChunks, 0);
  assert.deepEqual(sink.story, ["♥"]);
  sink.drain();
  assert.deepEqual(sink.story, ["♥", ...Array.from({ length: 15 }, (_, i) => `${i + 1}`)]);
  world.publish("live");
  world.endTurn();
  assert.equal(sink.story.at(-1), "live");
});

void test("a lapped subscriber is told exactly what it lost", () => {
  const world = createWorld();
  const sink = world.subscribe();
  world.publish("1");
  world.endTurn();
  sink.room = 0;
  for (let i = 2; i <= 30; i++) world.publish(`${i}`);
  world.endTurn();
  sink.drain();
  const rest = Array.from({ length: 20 }, (_, i) => `${i + 11}`);
  assert.deepEqual(sink.story, ["♥", "1", `1→10@${world.page()}`, ...rest]);
});

void test("a crowd that falls behind together shares its chunks", () => {
  const world = createWorld({ subscriptionsMax: 100, batchItemsMax: 4 });
  const form = new CountingForm();
  const sinks = Array.from({ length: 50 }, () => world.subscribe(FRESH, new RecordingSink(form)));
  for (const sink of sinks) sink.room = 1;
  for (let i = 1; i <= 12; i++) world.publish(`${i}`);
  world.endTurn();
  for (let i = 0; i < 3; i++) for (const sink of sinks) sink.drain(1);
  for (const sink of sinks) assert.equal(sink.story.at(-1), "12");
  assert.equal(form.itemChunks, 3);
});

void test("one who missed a batch takes the chunk that others had; when all are up to date it is forgotten", () => {
  const world = createWorld();
  const form = new CountingForm();
  const quick = world.subscribe(FRESH, new RecordingSink(form));
  const slow = world.subscribe(FRESH, new RecordingSink(form));
  slow.room = 0;
  world.publish("a");
  world.endTurn();
  slow.drain();
  assert.deepEqual(
    [quick.story, slow.story],
    [
      ["♥", "a"],
      ["♥", "a"],
    ],
  );
  assert.equal(form.itemChunks, 1);
  world.subscribe({ sequence: 1, page: 0 }, new RecordingSink(form));
  assert.equal(form.itemChunks, 2);
});

void test("a subscriber that stands still does not keep shared chunks alive", () => {
  const world = createWorld();
  const form = new CountingForm();
  const sinks = [1, 2].map(() => world.subscribe(FRESH, new RecordingSink(form)));
  const [slow, quick] = sinks as [RecordingSink, RecordingSink];
  slow.room = 0;
  world.publish("a");
  world.endTurn();
  assert.deepEqual(quick.story, ["♥", "a"]);
  world.clock.advance(1000);
  slow.drain();
  assert.deepEqual(slow.story, ["♥", "a"]);
  assert.equal(form.itemChunks, 2);
});

void test("one who catches up shares the time with others", () => {
  const world = createWorld({ batchItemsMax: 1, readsPerTurnMax: 4 });
  for (let i = 1; i <= 10; i++) world.publish(`${i}`);
  const sink = world.subscribe({ sequence: 1, page: 0 });
  assert.equal(sink.story.length, 1 + 4);
  world.endTurn();
  assert.equal(sink.story.length, 1 + 4, "the rest waits for a later turn");
  world.clock.advance(0);
  assert.equal(sink.story.length, 1 + 10);
  assert.equal(world.clock.pendingTimers, 1);
});

void test("a sink that fails ends alone", () => {
  const world = createWorld();
  const sinks = [1, 2, 3].map(() => world.subscribe());
  for (const sink of sinks.slice(0, 2)) {
    sink.onPush = () => {
      throw new Error("broken");
    };
  }
  world.publish("a");
  world.endTurn();
  assert.deepEqual(
    sinks.map((sink) => sink.endedBy?.code),
    ["internal", "internal", undefined],
  );
  assert.equal(sinks[2]?.story.at(-1), "a");
});

void test("each turn encodes once per form, and once more for each full batch", () => {
  const turns = fc.array(fc.array(fc.integer({ min: 0, max: 100 }), { maxLength: 20 }), { maxLength: 10 });
  fc.assert(
    fc.property(turns, fc.integer({ min: 1, max: 3 }), (sizes, formCount) => {
      const world = createWorld();
      const forms = Array.from({ length: formCount }, () => new CountingForm());
      const sinks = Array.from({ length: 9 }, (_, i) =>
        world.subscribe(FRESH, new RecordingSink(forms[i % formCount])),
      );
      let batches = 0;
      const published: string[] = ["♥"];
      for (const turn of sizes) {
        let items = 0;
        let bytes = 0;
        for (const size of turn) {
          if (
            items > 0 &&
            (items === LIMITS.batchItemsMax ||
              bytes + size > LIMITS.batchBytesMax ||
              bytes >= LIMITS.batchBytesMax)
          ) {
            batches++;
            items = bytes = 0;
          }
          items++;
          bytes += size;
          published.push("x".repeat(size));
          world.publish("x".repeat(size));
        }
        if (items > 0) batches++;
        world.endTurn();
        for (const form of forms) assert.equal(form.itemChunks, batches);
      }
      for (const sink of sinks) assert.deepEqual(sink.story, published);
      assert.equal(world.engine.reads, sinks.length, "only the start of each is read from the ring");
    }),
  );
});

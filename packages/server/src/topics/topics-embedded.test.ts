// The promise with the engine that is really used, and the bench in its small size.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { EmbeddedTopics } from "../engines/embedded/topics.js";
import { createTurn } from "../kernel/turn.js";
import type { PublishGrant, SubscribeGrant } from "../ports/grant.js";
import type { TopicHead } from "../ports/topic-engine.js";
import { createFakeClock } from "../testing/fake-clock.js";
import { PromiseChecker } from "../testing/promise-checker.js";
import { RecordingSink } from "../testing/recording-sink.js";
import { runHubBench } from "./hub.bench.js";
import { createTopics } from "./topics.js";

type Step = readonly ["publish" | "turn" | "subscribe" | "room" | "wait" | "cache", number];

function createWorld(ringItemsMax: number) {
  const clock = createFakeClock();
  const engine = new EmbeddedTopics({
    clock,
    limits: {
      ringItemsMax,
      ringBytesMax: 4000,
      ringAgeMs: 100,
      ringBytesTotalMax: 6000,
      topicsMax: 10,
      topicIdleMs: 100,
      topicSweepIntervalMs: 50,
      topicSweepStepsMax: 4,
    },
  });
  engine.addCache("c");
  let end: (() => void) | undefined;
  const topics = createTopics({
    engine,
    turn: createTurn((run) => (end = run)),
    clock,
    heartbeatMs: 100,
    freshWindowMs: 10,
    limits: {
      topicItemBytesMax: 500,
      subscriptionsMax: 100,
      batchBytesMax: 300,
      batchItemsMax: 4,
      readsPerTurnMax: 2,
      pacedPerTurnMax: 2,
    },
  });
  const names = ["one", "two"];
  const heads = new Map<string, TopicHead>();
  const published = new Map<string, string>();
  const checkers: PromiseChecker[] = [];
  let count = 0;
  // A full batch goes out within publish, before its number is known here.
  let beingPublished: string | undefined;

  function publish(topicName: string, size: number): void {
    const text = `${++count}`.padEnd(size, ".");
    const grant = { cacheName: "c", topicName, publisherId: "" } as PublishGrant;
    beingPublished = text;
    const head = topics.publish(grant, { kind: "text", value: Buffer.from(text) }) as TopicHead;
    beingPublished = undefined;
    heads.set(topicName, { page: head.page, sequence: head.sequence });
    published.set(`${topicName} ${head.page} ${head.sequence}`, text);
  }

  function subscribe(topicName: string, sequence: number): void {
    const sink = new RecordingSink();
    const checker = new PromiseChecker(sink, {
      cursor: { sequence, page: 0 },
      published: (page, number) => published.get(`${topicName} ${page} ${number}`) ?? beingPublished,
      truth: () => {
        const head = heads.get(topicName);
        return head && { ...head, items: [] };
      },
      exact: false,
    });
    checkers.push(checker);
    sink.onPush = (chunk) => checker.pushed(chunk, sink.room >= 0);
    const subscription = topics.subscribe(
      { cacheName: "c", topicName } as SubscribeGrant,
      { sequence, page: 0 },
      sink,
    );
    assert.ok(!(subscription instanceof Promise));
    sink.subscription = subscription;
  }

  function step([what, n]: Step): void {
    const name = names[n % 2] as string;
    const one = checkers[n % Math.max(1, checkers.length)];
    if (what === "publish") publish(name, n % 400);
    else if (what === "turn") end?.();
    else if (what === "subscribe") subscribe(name, n % 20);
    else if (what === "room") {
      if (one?.over === false) one.sink.drain(n % 4);
    } else if (what === "wait") clock.advance(n % 120);
    else if (n % 4 === 0) {
      engine.removeCache("c");
      engine.addCache("c");
      heads.clear();
      for (const checker of checkers) {
        assert.equal(checker.over || checker.sink.endedBy?.code === "not_found", true);
        checker.over = true;
      }
    }
    // A failed check in a sink ends its subscription as a bug of the sink; here it must end the test.
    for (const { sink } of checkers) {
      if (sink.endedBy !== undefined && sink.endedBy.code !== "not_found") throw sink.endedBy.cause;
    }
  }

  function finish(): void {
    for (const name of names) publish(name, 3);
    for (let i = 0; i < 20; i++) {
      for (const checker of checkers) if (!checker.over) checker.sink.drain();
      end?.();
      clock.advance(1);
    }
    step(["turn", 0]);
    for (const checker of checkers) checker.complete();
    engine.close();
  }

  return { step, finish };
}

void test("the promise holds on the embedded engine", () => {
  const steps = fc.array(
    fc.tuple(
      fc.constantFrom<Step[0]>(
        "publish",
        "publish",
        "publish",
        "turn",
        "subscribe",
        "room",
        "room",
        "wait",
        "cache",
      ),
      fc.nat(1000),
    ),
    { maxLength: 150, size: "max" },
  );
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), steps, (ringItemsMax, list) => {
      const world = createWorld(ringItemsMax);
      for (const step of list) world.step(step);
      world.finish();
    }),
    { numRuns: 200, includeErrorInReport: true },
  );
});

void test("the bench runs", () => {
  for (const result of runHubBench({ subscribers: 20, deliveries: 2000, rounds: 2 })) {
    assert.equal(result.delivered, result.expected);
    assert.ok(result.expected > 0);
  }
});

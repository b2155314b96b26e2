// How long handing one item to one live subscriber takes in the hub alone, with sinks that only count; and what an idle
// subscription weighs. `node --expose-gc dist/topics/hub.bench.js`

import { EmbeddedTopics } from "../engines/embedded/topics.js";
import { systemClock } from "../kernel/clock.js";
import { createTurn } from "../kernel/turn.js";
import type { PublishGrant, SubscribeGrant } from "../ports/grant.js";
import type { SubscriptionSink, WireForm } from "./sink.js";
import { createTopics } from "./topics.js";
import type { Topics } from "./topics.js";

export interface HubBenchSize {
  readonly subscribers: number;
  /** Deliveries of one round. */
  readonly deliveries: number;
  readonly rounds: number;
}

export interface HubBenchResult {
  readonly batch: number;
  /** Of the best round. */
  readonly nsPerDelivery: number;
  readonly delivered: number;
  readonly expected: number;
}

const place = { cacheName: "cache", topicName: "topic", publisherId: "" };
const value = { kind: "binary", value: Buffer.alloc(128, 7) } as const;

// A chunk says how many items are in it.
const form: WireForm<number> = { items: (items) => items.length, discontinuity: () => 0, heartbeat: () => 0 };

class CountingSink implements SubscriptionSink<number> {
  readonly form = form;
  ready = true;
  received = 0;

  push(items: number): void {
    this.received += items;
  }

  end(): void {}
}

interface Bench {
  readonly engine: EmbeddedTopics;
  readonly topics: Topics;
  readonly sinks: CountingSink[];
  readonly endTurn: () => void;
}

function createBench(subscribers: number): Bench {
  const engine = new EmbeddedTopics({
    clock: systemClock,
    limits: {
      ringItemsMax: 8192,
      ringBytesMax: 8_388_608,
      ringAgeMs: 60_000,
      ringBytesTotalMax: 268_435_456,
      topicsMax: 1_000_000,
      topicIdleMs: 60_000,
      topicSweepIntervalMs: 1000,
      topicSweepStepsMax: 10_000,
    },
  });
  engine.addCache(place.cacheName);
  let end: (() => void) | undefined;
  const topics = createTopics({
    engine,
    turn: createTurn((run) => (end = run)),
    clock: systemClock,
    heartbeatMs: 1000,
    freshWindowMs: 0,
    limits: {
      topicItemBytesMax: 1_048_576,
      subscriptionsMax: 1_000_000,
      batchBytesMax: 65_536,
      batchItemsMax: 1024,
      readsPerTurnMax: 16,
      pacedPerTurnMax: 64,
    },
  });
  const sinks = Array.from({ length: subscribers }, () => new CountingSink());
  for (const sink of sinks) {
    void topics.subscribe(place as unknown as SubscribeGrant, { sequence: 0, page: 0 }, sink);
  }
  return { engine, topics, sinks, endTurn: () => end?.() };
}

/** Publishes 1 and 10 items per turn to all subscribers. */
export function runHubBench(size: HubBenchSize): HubBenchResult[] {
  return [1, 10].map((batch) => {
    const { engine, topics, sinks, endTurn } = createBench(size.subscribers);
    const turns = Math.max(1, Math.round(size.deliveries / size.subscribers / batch));
    let bestMs = Infinity;
    for (let round = 0; round < size.rounds; round++) {
      const startMs = performance.now();
      for (let turn = 0; turn < turns; turn++) {
        for (let i = 0; i < batch; i++) void topics.publish(place as unknown as PublishGrant, value);
        endTurn();
      }
      bestMs = Math.min(bestMs, performance.now() - startMs);
    }
    engine.close();
    const perRound = turns * batch * size.subscribers;
    return {
      batch,
      nsPerDelivery: (bestMs * 1e6) / perRound,
      delivered: sinks.reduce((sum, sink) => sum + sink.received, 0),
      expected: perRound * size.rounds,
    };
  });
}

/** Heap bytes of one idle subscription without its sink; undefined without --expose-gc. */
function bytesPerSubscription(subscribers: number): number | undefined {
  if (globalThis.gc === undefined) return undefined;
  void createBench(10);
  const sinks = Array.from({ length: subscribers }, () => new CountingSink());
  const { topics, engine } = createBench(0);
  globalThis.gc();
  const before = process.memoryUsage().heapUsed;
  for (const sink of sinks) {
    void topics.subscribe(place as unknown as SubscribeGrant, { sequence: 0, page: 0 }, sink);
  }
  globalThis.gc();
  const bytes = (process.memoryUsage().heapUsed - before) / subscribers;
  engine.close();
  return sinks.length === subscribers ? bytes : undefined;
}

if (process.argv[1]?.endsWith("hub.bench.js") === true && import.meta.url.endsWith("hub.bench.js")) {
  for (const { batch, nsPerDelivery } of runHubBench({
    subscribers: 1000,
    deliveries: 10_000_000,
    rounds: 5,
  })) {
    console.log(`batches of ${batch}, 1000 subscribers: ${nsPerDelivery.toFixed(1)} ns per delivery`);
  }
  const bytes = bytesPerSubscription(100_000);
  if (bytes !== undefined) console.log(`an idle subscription: ${bytes.toFixed(0)} bytes of heap`);
  process.exit(0);
}

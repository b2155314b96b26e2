// How long one publish of 128 bytes takes in the engine alone. `node dist/engines/embedded/topics.bench.js`

import { systemClock } from "../../kernel/clock.js";
import { EmbeddedTopics } from "./topics.js";

export interface TopicsBenchSize {
  readonly publishes: number;
  readonly rounds: number;
}

export interface TopicsBenchResult {
  readonly name: string;
  readonly watchers: number;
  /** Of the best round. */
  readonly nsPerPublish: number;
  /** Calls of watchers in the last round. */
  readonly delivered: number;
}

const CASES = [
  { name: "1 topic, no watcher", topics: 1, watchers: 0 },
  { name: "1 topic, 1 watcher", topics: 1, watchers: 1 },
  { name: "1000 topics, 1 watcher each", topics: 1000, watchers: 1 },
] as const;

/** Publishes 128 bytes over and over, round robin over the topics of each case. */
export function runTopicsBench(size: TopicsBenchSize): TopicsBenchResult[] {
  return CASES.map((one) => {
    let nsPerPublish = Infinity;
    let delivered = 0;
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
    engine.addCache("cache");
    const names = Array.from({ length: one.topics }, (_, i) => `topic-${i}`);
    const watcher = { appended: () => void (delivered += 1), cacheDeleted: () => {} };
    for (const name of names) for (let i = 0; i < one.watchers; i++) engine.watch("cache", name, watcher);
    const value = { kind: "binary", value: Buffer.alloc(128, 7) } as const;
    for (let round = 0; round < size.rounds; round++) {
      delivered = 0;
      const startMs = performance.now();
      for (let i = 0; i < size.publishes; i++) {
        engine.publish("cache", names[i % names.length] as string, value, "");
      }
      nsPerPublish = Math.min(nsPerPublish, ((performance.now() - startMs) * 1e6) / size.publishes);
    }
    engine.close();
    return { name: one.name, watchers: one.watchers, nsPerPublish, delivered };
  });
}

if (
  process.argv[1] !== undefined &&
  import.meta.url.endsWith("topics.bench.js") &&
  process.argv[1].endsWith("topics.bench.js")
) {
  for (const { name, nsPerPublish } of runTopicsBench({ publishes: 300_000, rounds: 5 })) {
    console.log(`${name}: ${nsPerPublish.toFixed(0)} ns per publish of 128 bytes`);
  }
}

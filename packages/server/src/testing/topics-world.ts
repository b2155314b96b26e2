// Topics with everything around them faked: what most tests of topics/ start from.

import assert from "node:assert/strict";
import { ServiceError } from "../kernel/errors.js";
import { createTurn } from "../kernel/turn.js";
import type { PublishGrant, SubscribeGrant } from "../ports/grant.js";
import type { TopicHead } from "../ports/topic-engine.js";
import { createTopics } from "../topics/topics.js";
import type { TopicsLimits } from "../topics/topics.js";
import { createFakeClock } from "./fake-clock.js";
import { FakeTopicEngine } from "./fake-topic-engine.js";
import { RecordingSink } from "./recording-sink.js";

export const LIMITS: TopicsLimits = {
  topicItemBytesMax: 100,
  subscriptionsMax: 10,
  batchBytesMax: 64,
  batchItemsMax: 8,
  readsPerTurnMax: 4,
  pacedPerTurnMax: 2,
};
export const FRESH = { sequence: 0, page: 0 };

/** Topics on the fake engine, with a turn and a clock that the test moves. */
export function createWorld(
  limits: Partial<TopicsLimits> = {},
  options: { delayed?: boolean; freshWindowMs?: number } = {},
) {
  const clock = createFakeClock();
  const engine = new FakeTopicEngine({
    nowMs: () => clock.nowMs(),
    ringItemsMax: 20,
    delayed: options.delayed ?? false,
  });
  engine.createCache("c");
  let ends: (() => void)[] = [];
  const topics = createTopics({
    engine,
    clock,
    turn: createTurn((run) => ends.push(run)),
    heartbeatMs: 1000,
    freshWindowMs: options.freshWindowMs ?? 0,
    limits: { ...LIMITS, ...limits },
  });
  const place = { cacheName: "c", topicName: "t" };
  return {
    clock,
    engine,
    topics,
    endTurn() {
      const now = ends;
      ends = [];
      for (const end of now) end();
    },
    publish(text: string): TopicHead {
      const grant = { ...place, publisherId: "me" } as PublishGrant;
      const head = topics.publish(grant, { kind: "text", value: Buffer.from(text) });
      assert.ok(!(head instanceof Promise));
      return head;
    },
    subscribe(cursor = FRESH, sink = new RecordingSink(), name: Partial<typeof place> = {}): RecordingSink {
      const subscription = topics.subscribe({ ...place, ...name } as SubscribeGrant, cursor, sink);
      assert.ok(!(subscription instanceof Promise));
      sink.subscription = subscription;
      return sink;
    },
    subscribeLater: (sink: RecordingSink) =>
      Promise.resolve(topics.subscribe(place as SubscribeGrant, FRESH, sink)),
    page: () => engine.topic("c", "t")?.page ?? 0,
  };
}

/** For assert.throws and assert.rejects: a ServiceError of this code, text and limit. */
export function code(expected: string, text = /./, limit?: string) {
  return (error: unknown): boolean => {
    assert.ok(error instanceof ServiceError);
    assert.deepEqual([error.code, error.limit], [expected, limit]);
    assert.match(error.message, text);
    return true;
  };
}

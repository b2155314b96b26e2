// Property: whatever breaks in between, each subscription sees every item once and in order, or is told of the gap.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type World, createWorld } from "./testing/subscriber.js";
import type { TopicDiscontinuity, TopicItem } from "./topic-item.js";
import * as TopicSubscribe from "./topic-subscribe.js";

type Step =
  | { readonly kind: "publish" | "unsubscribe"; readonly topic: number }
  | { readonly kind: "subscribe"; readonly topic: number; readonly back: number }
  | { readonly kind: "deliver"; readonly count: number }
  | { readonly kind: "wait"; readonly ms: number }
  | { readonly kind: "cut" | "restart" | "down" | "up" | "silent" | "online" | "settle" }
  | { readonly kind: "end"; readonly topic: number }
  | { readonly kind: "refuse"; readonly code: string };

const topic = fc.nat({ max: 1 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant("publish" as const), topic }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("deliver" as const), count: fc.nat({ max: 6 }) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("wait" as const),
      ms: fc.constantFrom(10, 500, 20_500, 31_000),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("subscribe" as const), topic, back: fc.nat({ max: 7 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constantFrom("unsubscribe" as const, "end" as const), topic }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc
        .constantFrom("cut", "cut", "restart", "down", "up", "silent", "online")
        .map((kind) => kind as "cut"),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("refuse" as const),
      code: fc.constantFrom("Unavailable", "Internal"),
    }),
  },
);

/** Checks what one subscription is told, against what was published. */
class Witness {
  readonly #name: string;
  readonly #published: ReadonlyMap<string, string>;
  readonly isIterated: boolean;
  readonly topic: number;
  /** Nothing is ever gone from the topic, so that there is no reason for a gap. */
  readonly keepsAll: boolean;
  /** What a callback throws would end no test: the client leaves it to the platform. */
  fault: unknown;
  #next: { page: number; sequence: number } | undefined;
  subscription: TopicSubscribe.Subscription | undefined;

  constructor(
    topic: number,
    published: ReadonlyMap<string, string>,
    start: { page: number; sequence: number } | undefined,
    isIterated: boolean,
    keepsAll: boolean,
  ) {
    this.topic = topic;
    this.#name = `t${topic}`;
    this.#published = published;
    this.#next = start;
    this.isIterated = isIterated;
    this.keepsAll = keepsAll;
  }

  check(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.fault ??= error;
    }
  }

  item(item: TopicItem): void {
    const [page, sequence] = [item.sequencePage(), item.sequenceNumber()];
    assert.equal(item.valueString(), this.#published.get(`${this.#name} ${page} ${sequence}`));
    if (this.#next !== undefined) assert.deepEqual({ page, sequence }, this.#next, this.#name);
    this.#next = { page, sequence: sequence + 1 };
  }

  gap(gap: TopicDiscontinuity): void {
    assert.ok(this.isIterated || !this.keepsAll, `${gap.toString()}, though the topic keeps all`);
    const next = { page: gap.newSequencePage(), sequence: gap.newSequenceNumber() + 1 };
    if (this.#next?.page === next.page)
      assert.ok(next.sequence > this.#next.sequence, "a gap that leads back");
    this.#next = next;
  }

  /** It has come to `head` of `page`, if it has seen anything of the topic. */
  finish(page: number, head: number): void {
    if (this.#next !== undefined)
      assert.deepEqual(this.#next, { page, sequence: head + 1 }, `end of ${this.#name}`);
  }
}

async function subscribe(world: World, witness: Witness, options: object): Promise<void> {
  const answer = await world.client.subscribe("c", `t${witness.topic}`, {
    ...(witness.isIterated ? {} : { onItem: (item: TopicItem) => witness.check(() => witness.item(item)) }),
    onDiscontinuity: (gap) => witness.check(() => witness.gap(gap)),
    ...options,
  });
  if (answer instanceof TopicSubscribe.Error) return;
  witness.subscription = answer;
  if (witness.isIterated) for await (const item of answer) witness.check(() => witness.item(item));
}

async function run(steps: readonly Step[], seed: number, keepsAll: boolean): Promise<void> {
  const world = createWorld({ bufferItemsMax: 3 });
  const { runtime, server } = world;
  if (keepsAll) server.retained = Infinity;
  let state = seed;
  runtime.chance = () => (state = (state * 16_807 + 11) % 2_147_483_647) / 2_147_483_647;
  const published = new Map<string, string>();
  const witnesses: Witness[] = [];
  const loops: Promise<void>[] = [];
  let values = 0;
  const publish = (name: string): void => {
    const value = `v${++values}`;
    const { page, head } = server.topic(name);
    published.set(`${name} ${page} ${head + 1}`, value);
    server.publish(name, value);
  };
  for (const topic of [0, 0, 1]) {
    const witness = new Witness(topic, published, undefined, witnesses.length === 1, keepsAll);
    witnesses.push(witness);
    loops.push(subscribe(world, witness, {}));
  }
  await world.settle();
  for (const step of steps) {
    if (step.kind === "publish") publish(`t${step.topic}`);
    else if (step.kind === "deliver") server.deliver(step.count);
    else if (step.kind === "settle") await world.settle();
    else if (step.kind === "wait") await runtime.advance(step.ms);
    else if (step.kind === "subscribe") {
      const { page, head } = server.topic(`t${step.topic}`);
      const sequence = head + 1 - step.back;
      const isResumed = sequence >= 1 && step.back < 6;
      const options = isResumed
        ? { resumeAtTopicSequenceNumber: sequence, resumeAtTopicSequencePage: page }
        : {};
      const start = isResumed ? { page, sequence } : undefined;
      const witness = new Witness(step.topic, published, start, step.back % 2 === 1, keepsAll);
      witnesses.push(witness);
      loops.push(subscribe(world, witness, options));
    } else if (step.kind === "unsubscribe") {
      const index = witnesses.findIndex(
        ({ topic, subscription }) => topic === step.topic && subscription?.isSubscribed,
      );
      witnesses[index]?.subscription?.unsubscribe();
    } else if (step.kind === "end") {
      for (const socket of server.sockets) socket.endSubscription(`t${step.topic}`, "Unavailable");
    } else if (step.kind === "refuse") server.refusals.push(step.code);
    else if (step.kind === "cut") server.cut();
    else if (step.kind === "restart" && !keepsAll) server.restart();
    else if (step.kind === "online") runtime.goOnline();
    else if (step.kind === "silent") server.isSilent = true;
    else if (step.kind !== "restart") server.isDown = server.isSilent = step.kind === "down";
  }
  // Everything works again: whoever is still subscribed comes to the end of its topic.
  server.isDown = server.isSilent = false;
  server.refusals.length = 0;
  for (let round = 0; round < 6; round++) await world.recover();
  for (const name of ["t0", "t1"]) publish(name);
  await world.settle();
  for (const witness of witnesses) {
    const { page, head } = server.topic(`t${witness.topic}`);
    if (witness.fault !== undefined) throw witness.fault as Error;
    if (witness.subscription?.isSubscribed === true) witness.finish(page, head);
  }
  world.client.close();
  await Promise.all(loops);
  assert.equal(runtime.timers, 0);
}

for (const keepsAll of [false, true]) {
  const name = keepsAll
    ? "and as long as a topic keeps all, there is no gap"
    : "nothing is lost in silence, nothing comes twice";
  test(name, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 80, size: "max" }),
        fc.integer({ min: 1, max: 2 ** 30 }),
        (steps, seed) => run(steps, seed, keepsAll),
      ),
      { numRuns: 300 },
    );
  });
}

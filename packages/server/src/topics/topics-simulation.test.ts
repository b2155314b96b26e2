// Random lives of several topics and subscribers, each from a seed: publishing, slow sinks, turns, eviction, new pages,
// deleted caches, late and overtaking answers. PromiseChecker judges what each subscriber sees.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ServiceError } from "../kernel/errors.js";
import { createTurn } from "../kernel/turn.js";
import type { PublishGrant, SubscribeGrant } from "../ports/grant.js";
import { createFakeClock } from "../testing/fake-clock.js";
import { FakeTopicEngine } from "../testing/fake-topic-engine.js";
import type { FakeTopic } from "../testing/fake-topic-engine.js";
import { PromiseChecker } from "../testing/promise-checker.js";
import { CountingForm, RecordingSink } from "../testing/recording-sink.js";
import type { ResumeCursor } from "./resume.js";
import { createTopics } from "./topics.js";

interface Settings {
  readonly delayed: boolean;
  readonly ringItemsMax: number;
  readonly batchItemsMax: number;
  readonly batchBytesMax: number;
  readonly readsPerTurnMax: number;
  readonly pacedPerTurnMax: number;
  readonly freshWindowMs: number;
}

const OPS = {
  publish: 14,
  endTurn: 6,
  subscribe: 4,
  resubscribe: 2,
  close: 1,
  room: 5,
  greedy: 1,
  closeOnPush: 1,
  poison: 1,
  changePage: 1,
  evict: 1,
  deleteCache: 1,
  createCache: 2,
  advance: 2,
  answer: 8,
  tell: 8,
  loseNews: 1,
  failRead: 1,
} as const;
type Op = keyof typeof OPS;

interface Action {
  readonly op: Op;
  readonly a: number;
  readonly b: number;
}

const PLACES = [
  ["stays", "one"],
  ["stays", "two"],
  ["goes", "one"],
] as const;

interface Subscriber {
  readonly checker: PromiseChecker;
  readonly place: readonly [string, string];
  blocked: boolean;
}

class World {
  readonly clock = createFakeClock();
  readonly settings: Settings;
  readonly engine: FakeTopicEngine;
  readonly topics: ReturnType<typeof createTopics>;
  readonly forms = [new CountingForm(), new CountingForm()];
  readonly subscribers: Subscriber[] = [];
  readonly poisoned: Subscriber[] = [];
  newsLost = false;
  readonly published = new Map<string, string>();
  #turnEnd: (() => void) | undefined;
  #count = 0;

  constructor(settings: Settings) {
    this.settings = settings;
    this.engine = new FakeTopicEngine({ nowMs: () => this.clock.nowMs(), ...settings });
    this.topics = createTopics({
      engine: this.engine,
      turn: createTurn((run) => (this.#turnEnd = run)),
      clock: this.clock,
      heartbeatMs: 1000,
      freshWindowMs: settings.freshWindowMs,
      limits: { ...settings, topicItemBytesMax: 100, subscriptionsMax: 1000 },
    });
    this.engine.createCache("stays");
    this.engine.createCache("goes");
  }

  truth([cacheName, topicName]: readonly [string, string]): FakeTopic | undefined {
    return this.engine.topic(cacheName, topicName);
  }

  publish(place: readonly [string, string], size: number): void {
    const truth = this.truth(place);
    const text = `${++this.#count}`.padEnd(size, ".");
    if (truth !== undefined) this.published.set(`${place.join()} ${truth.page} ${truth.sequence + 1}`, text);
    const [cacheName, topicName] = place;
    const grant = { cacheName, topicName, publisherId: "" } as PublishGrant;
    try {
      const head = this.topics.publish(grant, { kind: "text", value: Buffer.from(text) });
      if (head instanceof Promise) head.catch(expectNotFound);
    } catch (error) {
      expectNotFound(error);
    }
  }

  subscribe(place: readonly [string, string], cursor: ResumeCursor, form: number): void {
    const sink = new RecordingSink(this.forms[form % this.forms.length]);
    const exact = !this.settings.delayed;
    const checker = new PromiseChecker(sink, {
      cursor,
      published: (page, sequence) => this.published.get(`${place.join()} ${page} ${sequence}`),
      truth: () => this.truth(place),
      exact,
    });
    if (exact) this.#expectStart(checker, place, cursor);
    sink.onPush = (chunk) => checker.pushed(chunk, sink.room >= 0);
    this.subscribers.push({ checker, place, blocked: false });
    const [cacheName, topicName] = place;
    const failed = (error: unknown): void => {
      expectNotFound(error);
      assert.equal(sink.chunks.length, 0, "a failed subscribe pushes nothing");
      checker.over = true;
    };
    sink.end = (error) => {
      assert.ok(!checker.over, "the end comes once, and not after close");
      checker.over = true;
      sink.endedBy = error;
    };
    try {
      const answer = this.topics.subscribe({ cacheName, topicName } as SubscribeGrant, cursor, sink);
      if (answer instanceof Promise) answer.then((it) => (sink.subscription = it), failed).catch(failLoudly);
      else sink.subscription = answer;
    } catch (error) {
      failed(error);
    }
  }

  #expectStart(checker: PromiseChecker, place: readonly [string, string], cursor: ResumeCursor): void {
    const truth = this.truth(place);
    if (truth === undefined) return;
    const since = this.clock.nowMs() - this.settings.freshWindowMs;
    const fresh =
      this.settings.freshWindowMs > 0 ? truth.items.find((it) => it.publishedAtMs >= since) : undefined;
    if (cursor.sequence === 0) checker.expectFresh(truth.page, fresh?.sequence ?? truth.sequence + 1);
    // A number that the page has not reached belongs to no page that is there: only a discontinuity may follow.
    else if (cursor.sequence > truth.sequence + 1) checker.page = -1;
    else if (cursor.page === 0) checker.page = truth.page;
  }

  do({ op, a, b }: Action): void {
    const place = PLACES[a % PLACES.length] as readonly [string, string];
    const truth = this.truth(place);
    const subscriber = this.subscribers[a % Math.max(1, this.subscribers.length)];
    const sink = subscriber?.checker.sink;
    const steps: Record<Op, () => void> = {
      publish: () => this.publish(place, b % 30),
      endTurn: () => this.endTurn(),
      subscribe: () => {
        const sequence = b % 3 === 0 ? 0 : 1 + (b % ((truth?.sequence ?? 0) + 3));
        this.subscribe(place, { sequence, page: [0, truth?.page ?? 0, 5435435][b % 7] ?? 0 }, b);
      },
      resubscribe: () => {
        if (subscriber?.checker.over !== true) return;
        const { page, next } = subscriber.checker;
        this.subscribe(subscriber.place, { sequence: next ?? 0, page: Math.max(0, page ?? 0) }, b);
      },
      close: () => {
        if (sink?.subscription === undefined || subscriber === undefined) return;
        sink.subscription.close();
        subscriber.checker.over = true;
      },
      room: () => {
        if (sink === undefined || subscriber === undefined || subscriber.checker.over) return;
        subscriber.blocked = true;
        sink.drain(b % 4);
      },
      greedy: () => this.onNextPush(sink, () => sink?.drain(1 + (b % 3))),
      closeOnPush: () =>
        this.onNextPush(sink, () => {
          sink?.subscription?.close();
          if (subscriber !== undefined && sink?.subscription !== undefined) subscriber.checker.over = true;
        }),
      poison: () =>
        this.onNextPush(sink, () => {
          this.poisoned.push(subscriber as Subscriber);
          throw new Error("a sink that fails");
        }),
      changePage: () => this.engine.changePage(...place),
      evict: () => this.engine.evict(...place, b % 3),
      deleteCache: () => this.engine.deleteCache("goes"),
      createCache: () => this.engine.createCache("goes"),
      advance: () => this.clock.advance(b % 2 === 0 ? 1 : b),
      answer: () => void this.engine.answer(b),
      tell: () => {
        const topic = b % 4 === 0 ? this.engine.deletedTopics[b % 3] : truth;
        if (topic !== undefined) this.engine.tell(topic);
      },
      loseNews: () => {
        // Only a remote engine loses news, and only with a hole that later news show.
        if (!this.settings.delayed) return;
        for (const watch of truth?.watches ?? []) if (watch.news.shift() !== undefined) this.newsLost = true;
      },
      failRead: () => {
        if (b % 5 === 0) this.engine.readError = new ServiceError("unavailable", "The engine is away.");
      },
    };
    steps[op]();
  }

  onNextPush(sink: RecordingSink | undefined, then: () => void): void {
    if (sink?.subscription === undefined) return;
    const before = sink.onPush;
    sink.onPush = (chunk) => {
      sink.onPush = before;
      before?.(chunk);
      then();
    };
  }

  endTurn(): void {
    const end = this.#turnEnd;
    this.#turnEnd = undefined;
    end?.();
  }

  /** Lets everything arrive that is under way. */
  async settle(): Promise<void> {
    this.engine.readError = undefined;
    for (let quiet = 0; quiet < 3; quiet++) {
      for (const { checker } of this.subscribers) if (!checker.over) checker.sink.drain();
      await microtasks();
      let busy = this.engine.answer();
      while (this.engine.answer()) busy = true;
      const topics = [...this.engine.caches.values()].flatMap((cache) => [...cache.values()]);
      for (const topic of [...topics, ...this.engine.deletedTopics])
        while (this.engine.tell(topic)) busy = true;
      if (this.#turnEnd !== undefined) busy = true;
      this.endTurn();
      this.clock.advance(1);
      if (busy) quiet = -1;
    }
  }
}

async function microtasks(): Promise<void> {
  for (let i = 0; i < 8; i++) await Promise.resolve();
}

function expectNotFound(error: unknown): void {
  assert.ok(error instanceof ServiceError && error.code === "not_found", String(error));
}

function failLoudly(error: unknown): void {
  setImmediate(() => {
    throw error;
  });
}

/** Failed assertions in a sink end its subscription as a bug of the sink; here they must end the test. */
function checkEnds(world: World): void {
  for (const { checker } of world.subscribers) {
    const end = checker.sink.endedBy;
    if (end?.cause instanceof assert.AssertionError) throw end.cause;
    if (end !== undefined && !(end.cause instanceof Error && end.cause.message === "a sink that fails")) {
      assert.ok(end.code === "not_found" || end.code === "unavailable", String(end.cause));
    }
  }
}

/** Sinks that always took everything have everything at the end of the turn, when no engine or share delays them. */
function checkReadyHaveAll(world: World): void {
  if (world.settings.delayed || world.settings.readsPerTurnMax < 1000) return;
  for (const { checker, blocked, place } of world.subscribers) {
    if (checker.over || blocked || checker.sink.room <= 0) continue;
    const truth = world.truth(place);
    if (truth !== undefined && truth.sequence > 0) checker.complete();
  }
}

async function live(settings: Settings, actions: readonly Action[]): Promise<void> {
  const world = new World(settings);
  for (const action of actions) {
    world.do(action);
    if (settings.delayed) await microtasks();
    checkEnds(world);
    if (action.op === "endTurn") checkReadyHaveAll(world);
  }
  await world.settle();
  for (const { checker, place } of world.subscribers) {
    const newPage = world.truth(place)?.sequence === 0;
    // Whoever left the start to the server, and had nothing since, cannot say where it stands.
    const stands = checker.next !== undefined && checker.page !== undefined;
    if (!newPage && !world.newsLost && stands) checker.complete();
  }
  for (const { checker } of world.poisoned) assert.ok(checker.over, "a sink that fails is ended");
  // Its news show every hole and page of before.
  for (const place of PLACES) world.publish(place, 5);
  await world.settle();
  checkEnds(world);
  for (const { checker } of world.subscribers) checker.complete();
  world.topics.close(new ServiceError("unavailable", "The server stops."));
  for (const { checker } of world.subscribers) assert.ok(checker.over, "all are told of the end");
  assert.equal(world.clock.pendingTimers, 0, "no timer is left");
  for (const topics of world.engine.caches.values()) {
    for (const topic of topics.values()) assert.equal(topic.watches.length, 0, "no watch is left");
  }
}

const action: fc.Arbitrary<Action> = fc.record({
  op: fc.oneof(...Object.entries(OPS).map(([op, weight]) => ({ arbitrary: fc.constant(op as Op), weight }))),
  a: fc.nat(1000),
  b: fc.nat(1000),
});

function settings(delayed: boolean): fc.Arbitrary<Settings> {
  return fc.record({
    delayed: fc.constant(delayed),
    ringItemsMax: fc.integer({ min: 1, max: 8 }),
    batchItemsMax: fc.integer({ min: 1, max: 6 }),
    batchBytesMax: fc.integer({ min: 10, max: 120 }),
    readsPerTurnMax: fc.constantFrom(1, 2, 1000),
    pacedPerTurnMax: fc.constantFrom(1, 2, 1000),
    freshWindowMs: fc.constantFrom(0, 20),
  });
}

const actions = fc.array(action, { maxLength: 150, size: "max" });

void test("the promise holds with an engine that answers at once", async () => {
  await fc.assert(fc.asyncProperty(settings(false), actions, live), {
    numRuns: 300,
    includeErrorInReport: true,
  });
});

void test("the promise holds with an engine that answers late, out of order, and loses news", async () => {
  await fc.assert(fc.asyncProperty(settings(true), actions, live), {
    numRuns: 300,
    includeErrorInReport: true,
  });
});

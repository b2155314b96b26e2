// One stream of events: what it writes when, over topics with everything around them faked.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ServiceError } from "../../kernel/errors.js";
import type { PublishGrant, SubscribeGrant } from "../../ports/grant.js";
import type { BodyChunk, BodySink } from "../../rpc/http-message.js";
import type { Subscription } from "../../topics/subscription.js";
import { SseReader } from "../../testing/sse-client.js";
import { createWorld } from "../../testing/topics-world.js";
import { EventStream } from "./event-stream.js";

const FRESH = { page: 0, sequence: 0 };

/** Takes so many chunks before it is full. */
class Body implements BodySink {
  readonly chunks: BodyChunk[] = [];
  readonly reader = new SseReader();
  room = Infinity;
  ended = false;

  get ready(): boolean {
    return this.room > 0;
  }

  write(chunk: BodyChunk): void {
    assert.ok(!this.ended, "written after the end");
    this.room--;
    this.chunks.push(chunk);
    this.reader.add(Buffer.from(chunk.bytes).toString());
  }

  end(): void {
    assert.ok(!this.ended, "ended twice");
    this.ended = true;
  }

  get story(): string[] {
    return this.reader.events.map(({ type, data, lastEventId }) => {
      const { topic, item } = JSON.parse(data) as { topic: string; item?: { value: { text: string } } };
      return `${lastEventId} ${topic} ${item?.value.text ?? type}`;
    });
  }
}

function createStreams(topicsOf: readonly (readonly string[])[]) {
  const world = createWorld({ subscriptionsMax: 100 });
  const streams = topicsOf.map((names) => {
    const stream = new EventStream(names.length);
    stream.follow(
      stream.sinks.map((sink, i) => {
        const grant = { cacheName: "c", topicName: names[i] } as SubscribeGrant;
        return world.topics.subscribe(grant, FRESH, sink) as Subscription;
      }),
    );
    return { stream, body: new Body() };
  });
  const endTurn = (): void => world.endTurn();
  const publish = (topicName: string, text: string): void => {
    const grant = { cacheName: "c", topicName, publisherId: "" } as PublishGrant;
    void world.topics.publish(grant, { kind: "text", value: Buffer.from(text) });
  };
  const page = (topic: string): number => world.engine.topic("c", topic)?.page ?? 0;
  return { ...world, streams, publish, page, endTurn };
}

test("begins with retry and an id without data; each item brings the cursor behind it", () => {
  const { streams, publish, page, endTurn } = createStreams([["a"]]);
  const [{ stream, body } = assert.fail()] = streams;
  publish("a", "early");
  endTurn();
  stream.start(body);
  assert.equal(Buffer.from(body.chunks[0]?.bytes ?? []).toString(), `retry: 1000\nid: ${page("a")}:1\n\n`);
  publish("a", "late");
  publish("a", "later");
  endTurn();
  const p = page("a");
  assert.deepEqual(body.story, [`${p}:2 a early`, `${p}:3 a late`, `${p}:4 a later`]);
});

test("streams of one topic write the same chunk; streams of several have ids of their own", () => {
  const { streams, publish, page, endTurn } = createStreams([["a"], ["a"], ["a", "b"], ["b", "a"]]);
  for (const { stream, body } of streams) stream.start(body);
  publish("a", "x");
  endTurn();
  const [one, two, ab, ba] = streams.map(({ body }) => body) as [Body, Body, Body, Body];
  assert.equal(one.chunks[1], two.chunks[1]);
  const [a, b] = [page("a"), page("b")];
  assert.deepEqual(ab.story, [`${a}:2,${b}:1 a x`]);
  assert.deepEqual(ba.story, [`${b}:1,${a}:2 a x`]);
  publish("b", "y");
  endTurn();
  assert.deepEqual(ab.story.at(-1), `${a}:2,${b}:2 b y`);
});

test("a heartbeat is one comment for a stream, however many topics it has", () => {
  const { streams, clock } = createStreams([["a"], ["a", "b", "c"]]);
  for (const { stream, body } of streams) stream.start(body);
  for (let beats = 1; beats <= 3; beats++) {
    clock.advance(1000);
    for (const { body } of streams) assert.equal(body.reader.comments, beats);
  }
});

test("a full body gets nothing more; a busy topic does not keep the others from it", () => {
  const { streams, publish, endTurn } = createStreams([["busy", "calm"]]);
  const [{ stream, body } = assert.fail()] = streams;
  stream.start(body);
  body.room = 0;
  const drain = (): void => {
    publish("busy", "again");
    endTurn();
    const before = body.chunks.length;
    body.room = 1;
    stream.resume();
    assert.equal(body.chunks.length, before + 1);
  };
  publish("calm", "hello");
  drain();
  drain();
  assert.match(body.story.join(), /calm hello/);
  assert.match(body.story.join(), /busy again/);
});

test("what is too slow is told what it has missed, with an id to go on from", () => {
  const { streams, publish, page, endTurn } = createStreams([["a", "b"]]);
  const [{ stream, body } = assert.fail()] = streams;
  stream.start(body);
  body.room = 0;
  for (let i = 1; i <= 50; i++) {
    publish("b", String(i));
    endTurn();
  }
  body.room = Infinity;
  stream.resume();
  const [a, b] = [page("a"), page("b")];
  assert.deepEqual(body.story.slice(0, 2), [`${a}:1,${b}:31 b discontinuity`, `${a}:1,${b}:32 b 31`]);
});

test("the end of one subscription is the end of all, and is told once", () => {
  const { streams, topics, engine } = createStreams([["a", "b"]]);
  const [{ stream, body } = assert.fail()] = streams;
  stream.start(body);
  engine.deleteCache("c");
  assert.ok(body.ended);
  assert.equal(topics.subscriptionCount(), 0);
  const [event, ...rest] = body.reader.events;
  assert.deepEqual(rest, []);
  assert.equal(event?.type, "ended");
  assert.equal((JSON.parse(event.data) as { code: string }).code, "NotFound");
});

test("what can be had again at once ends the body without a word", () => {
  const { streams, topics } = createStreams([["a"], ["a", "b"]]);
  for (const { stream, body } of streams) stream.start(body);
  topics.close(new ServiceError("unavailable", "stopping"));
  for (const { body } of streams) {
    assert.ok(body.ended);
    assert.deepEqual(body.reader.events, []);
  }
});

test("an end before the beginning: an error before the answer, an event after it", () => {
  const early = createStreams([]);
  const stream = new EventStream(2);
  const subscriptions = stream.sinks.map((sink, i) => {
    const grant = { cacheName: "c", topicName: "ab"[i] } as SubscribeGrant;
    return early.topics.subscribe(grant, FRESH, sink) as Subscription;
  });
  stream.sinks[1]?.end(new ServiceError("unauthenticated", "expired"));
  assert.throws(() => stream.follow(subscriptions), /expired/);
  assert.equal(early.topics.subscriptionCount(), 0);

  const { streams, engine } = createStreams([["a"]]);
  const [{ stream: late, body } = assert.fail()] = streams;
  engine.deleteCache("c");
  late.start(body);
  assert.ok(body.ended);
  assert.deepEqual(
    body.reader.events.map(({ type }) => type),
    ["ended"],
  );
  assert.equal(body.reader.retryMs, 1000);
});

test("a caller that is gone takes all subscriptions along, also before the beginning", () => {
  const { streams, topics, publish, endTurn } = createStreams([["a", "b"], ["a"]]);
  const [{ stream, body } = assert.fail(), { stream: other } = assert.fail()] = streams;
  stream.start(body);
  stream.close();
  other.close();
  assert.equal(topics.subscriptionCount(), 0);
  publish("a", "x");
  endTurn();
  assert.deepEqual(body.story, []);
});

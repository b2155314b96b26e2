// A socket under whatever may happen: requests at any time, an engine that answers late, a client that does not read. Each request has one
// answer, in order; items come only while subscribed, each once, or the gap is told; and in the end nobody lacks anything.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { TestSocket } from "../../testing/socket-world.js";
import { createSocketWorld } from "../../testing/socket-world.js";

const NAMES = ["t", "u"];
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

type Json = Readonly<Record<string, unknown>>;

/** The client's own book: what it was told, and what has to come next. */
class Client {
  readonly #socket: TestSocket;
  readonly #asked: { readonly id: number; readonly type: string; readonly from: number | undefined }[] = [];
  readonly places = new Map<string, { next: number; page: number }>();
  /** Where an ended subscription goes on. */
  readonly #left = new Map<string, { next: number; page: number }>();
  #lastId = 0;

  constructor(socket: TestSocket) {
    this.#socket = socket;
  }

  get waits(): boolean {
    return this.#asked.length > 0;
  }

  ask(type: string, topic: string): void {
    const id = ++this.#lastId;
    const left = type === "subscribe" ? this.#left.get(topic) : undefined;
    const cursor = left === undefined ? {} : { sequence_number: left.next, sequence_page: left.page };
    const value = type === "publish" ? { value: { text: `${id}` } } : {};
    const where = type === "ping" ? {} : { cache: "c", topic };
    this.#asked.push({ id, type, from: left?.next });
    this.#socket.send({ id, type, ...where, ...cursor, ...value });
  }

  read(): void {
    for (const json of this.#socket.said) {
      if ("id" in json) this.#answered(json);
      else this.#pushed(json, String(json["topic"]));
    }
  }

  #answered(json: Json): void {
    const asked = this.#asked.shift();
    assert.equal(json["id"], asked?.id, "one answer for each request, in order");
    const topic = String(json["topic"]);
    const place = { next: Number(json["next_sequence_number"]), page: Number(json["sequence_page"]) };
    if (json["type"] === "subscribed") {
      assert.ok(!this.places.has(topic));
      assert.equal(place.next, asked?.from ?? place.next, "it goes on where it was left");
      this.places.set(topic, place);
    } else if (json["type"] === "unsubscribed") {
      const told = this.places.get(topic);
      assert.equal(told?.next, place.next, "all that was sent before was told before");
      // 1: its page has just gone, which it has yet to be told.
      if (place.page !== 1) assert.equal(told.page, place.page);
      this.places.delete(topic);
      this.#left.set(topic, place);
    } else if (json["type"] === "error") {
      assert.match(String(json["code"]), /^(AlreadyExists|NotFound)$/);
      assert.match(asked?.type ?? "", /subscribe$/);
    }
  }

  #pushed(json: Json, topic: string): void {
    const place = this.places.get(topic);
    assert.ok(place, "only while it is subscribed");
    const gap = json["discontinuity"] as Json | undefined;
    if (gap !== undefined) {
      assert.equal(gap["last_topic_sequence"], Math.max(0, place.next - 1));
      place.next = Number(gap["new_topic_sequence"]) + 1;
      place.page = Number(gap["new_sequence_page"]);
      return;
    }
    const item = json["item"] as Json;
    assert.deepEqual([item["topic_sequence_number"], item["sequence_page"]], [place.next, place.page]);
    place.next++;
  }
}

const step = fc.oneof(
  fc.record({
    kind: fc.constantFrom("subscribe", "unsubscribe", "publish", "publish", "ping"),
    topic: fc.constantFrom(...NAMES),
  }),
  fc.record({
    kind: fc.constantFrom("answer", "answer", "tell", "turn", "change", "evict", "full", "drain"),
  }),
);

async function simulate(steps: readonly { kind: string; topic?: string }[], delayed: boolean): Promise<void> {
  const world = createSocketWorld({ delayed, limits: { batchItemsMax: 2, readsPerTurnMax: 2 } });
  const socket = await world.open();
  const client = new Client(socket);
  const tellAll = (): boolean =>
    NAMES.map((name) => world.engine.topic("c", name)).some(
      (found) => found !== undefined && world.engine.tell(found),
    );
  for (const { kind, topic } of steps) {
    if (topic !== undefined) client.ask(kind, topic);
    else if (kind === "answer") world.engine.answer();
    else if (kind === "tell") tellAll();
    else if (kind === "turn") world.endTurn();
    else if (kind === "change") world.engine.changePage("c", "t");
    else if (kind === "evict") world.engine.evict("c", "t", 1);
    else if (kind === "full") socket.channel.room = 1;
    else socket.channel.drain(3);
    if (delayed) await settle();
    client.read();
  }
  socket.channel.drain();
  for (let quiet = 0; quiet < 3;) {
    const isBusy = world.engine.answer() || tellAll();
    world.endTurn();
    await settle();
    client.read();
    quiet = isBusy ? 0 : quiet + 1;
  }
  assert.ok(!client.waits && !socket.channel.paused);
  for (const [name, place] of client.places) {
    const found = world.engine.topic("c", name);
    // A page that nothing was published in is not told.
    if (found?.page === place.page || (found?.sequence ?? 0) > 0)
      assert.deepEqual(place, { next: (found?.sequence ?? 0) + 1, page: found?.page });
  }
  assert.equal(world.topics.subscriptionCount(), client.places.size);
  assert.deepEqual(world.internalErrors, []);
}

for (const delayed of [false, true]) {
  test(`whatever happens, with an engine that answers ${delayed ? "later" : "at once"}`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), (steps) => simulate(steps, delayed)),
      {
        numRuns: 2000,
      },
    );
  });
}

// One answer of /sse: the subscriptions behind it, and the body that they write to together.

import type { ServiceError } from "../../kernel/errors.js";
import { BodyChunk, type BodySink, type BodySource } from "../../rpc/http-message.js";
import type { SubscriptionSink } from "../../topics/sink.js";
import type { Subscription } from "../../topics/subscription.js";
import { formatCursor, joinCursors } from "./cursors.js";
import { HEARTBEAT, type UnnumberedEvent, beginning, ended, topicForm, topicsForm } from "./events.js";

/** Why a stream has ended, and by which of its topics. */
interface StreamEnd {
  readonly error: ServiceError;
  readonly index: number;
}

export class EventStream implements BodySource {
  /** One for each topic, to subscribe with. */
  readonly sinks: readonly SubscriptionSink<unknown>[];
  #subscriptions: readonly Subscription[] = [];
  /** Where each topic goes on after what was written; of streams with several. */
  #cursors: string[] = [];
  #body: BodySink | undefined;
  #end: StreamEnd | undefined;
  #closed = false;
  /** Whose turn it is to be the first that writes when there is room again. */
  #first = 0;

  constructor(topicCount: number) {
    this.sinks =
      topicCount === 1
        ? [new TopicSink(this)]
        : Array.from({ length: topicCount }, (_, index) => new OneOfTopicsSink(this, index));
  }

  /** Not before the header fields are out: `start` sees to what comes until then. */
  get ready(): boolean {
    return this.#body?.ready ?? false;
  }

  /** Takes over the subscriptions of `sinks`. Throws what one of them has been ended with meanwhile. */
  follow(subscriptions: readonly Subscription[]): void {
    this.#subscriptions = subscriptions;
    if (this.#end === undefined) return;
    this.close();
    throw this.#end.error;
  }

  start(body: BodySink): void {
    this.#body = body;
    this.#cursors = this.#subscriptions.map(({ position }) => formatCursor(position));
    body.write(beginning(joinCursors(this.#cursors)));
    if (this.#end === undefined) this.resume();
    else this.#finish(this.#end);
  }

  resume(): void {
    // In turn: else a busy topic would take all the room of a slow reader, and the others would never be heard.
    const count = this.#subscriptions.length;
    const first = this.#first;
    this.#first = (first + 1) % count;
    for (let i = 0; i < count && this.ready; i++) this.#subscriptions[(first + i) % count]?.resume();
  }

  close(): void {
    this.#closed = true;
    for (const subscription of this.#subscriptions) subscription.close();
  }

  write(chunk: BodyChunk): void {
    this.#body?.write(chunk);
  }

  /** Writes events of the topic at `index`, each with the cursors of all topics as its id. */
  number(index: number, events: readonly UnnumberedEvent[]): void {
    const parts: Uint8Array[] = [];
    for (const { cursor, lines } of events) {
      this.#cursors[index] = cursor;
      parts.push(Buffer.from(`id: ${joinCursors(this.#cursors)}\n`, "latin1"), lines);
    }
    this.write(new BodyChunk(Buffer.concat(parts)));
  }

  /** The subscription at `index` is over by the server's doing: and so are the others. */
  end(index: number, error: ServiceError): void {
    if (this.#closed || this.#end !== undefined) return;
    this.#end = { error, index };
    for (const subscription of this.#subscriptions) subscription.close();
    if (this.#body !== undefined) this.#finish(this.#end);
  }

  #finish({ error, index }: StreamEnd): void {
    const subscription = this.#subscriptions[index];
    // What may be had again at once needs no word: a client comes back by itself, as after a broken connection.
    if (!error.mayRetry && subscription !== undefined) {
      this.write(ended(error, subscription, subscription.position));
    }
    this.#body?.end();
  }
}

/** Of a stream with one topic: writes what it is pushed. */
class TopicSink implements SubscriptionSink<BodyChunk> {
  readonly form = topicForm;
  readonly #stream: EventStream;

  constructor(stream: EventStream) {
    this.#stream = stream;
  }

  get ready(): boolean {
    return this.#stream.ready;
  }

  push(chunk: BodyChunk): void {
    this.#stream.write(chunk);
  }

  end(error: ServiceError): void {
    this.#stream.end(0, error);
  }
}

/** Of a stream with several. */
class OneOfTopicsSink implements SubscriptionSink<readonly UnnumberedEvent[]> {
  readonly form = topicsForm;
  readonly #stream: EventStream;
  readonly #index: number;

  constructor(stream: EventStream, index: number) {
    this.#stream = stream;
    this.#index = index;
  }

  get ready(): boolean {
    return this.#stream.ready;
  }

  push(events: readonly UnnumberedEvent[]): void {
    if (events.length > 0) this.#stream.number(this.#index, events);
    // The stream lives as long as each of its topics: one of them speaks for all.
    else if (this.#index === 0) this.#stream.write(HEARTBEAT);
  }

  end(error: ServiceError): void {
    this.#stream.end(this.#index, error);
  }
}

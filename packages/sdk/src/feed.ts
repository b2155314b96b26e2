// One topic on the wire, for all local subscriptions to it: where it stands, and how it is asked for.

import { type SdkError, fromServer } from "./errors.js";
import type { Link } from "./link.js";
import { type Cursor, type ServerMessage, toItem } from "./messages.js";
import type { Receiver } from "./receiver.js";

export class Feed {
  /** By which the session finds it. */
  readonly key: string;
  readonly #place: { readonly cache: string; readonly topic: string };
  readonly receivers = new Set<Receiver>();
  /** `asked`: what comes before the answer belongs to an earlier subscription of the socket, and is left out. */
  #phase: "down" | "asked" | "live" = "down";
  /** The next item on the wire; while it is live. */
  #position: Cursor = { page: 0, next: 0 };
  /** Counts the requests, so that only the answer to the last one is looked at. */
  #requests = 0;

  constructor(key: string, cache: string, topic: string) {
    this.key = key;
    this.#place = { cache, topic };
  }

  /** Neither live nor asked for. */
  get isDown(): boolean {
    return this.#phase === "down";
  }

  get isLive(): boolean {
    return this.#phase === "live";
  }

  /** Asks for the items from the earliest one that a receiver wants. `onRefused` gets the error of the answer, if it is one. */
  ask(link: Link, onRefused: (error: SdkError) => void): void {
    const request = ++this.#requests;
    const from = earliest(this.receivers);
    this.#phase = "asked";
    const cursor = from === undefined ? {} : { sequence_number: from.next, sequence_page: from.page };
    link.request({ type: "subscribe", ...this.#place, ...cursor }, (answer) => {
      if (request !== this.#requests) return;
      if (answer.type === "error") {
        this.#phase = "down";
        onRefused(fromServer(answer));
      } else this.#start(from, answer);
    });
  }

  /** Lets go of the topic on the wire. */
  leave(link: Link): void {
    this.#requests++;
    if (this.#phase !== "down") {
      link.request({ type: "unsubscribe", ...this.#place }, () => undefined);
    }
    this.#phase = "down";
  }

  /** Adds a receiver to a feed that is asked for or live already; true when it wants items from before, so that it must be asked for anew. */
  join(receiver: Receiver): boolean {
    this.receivers.add(receiver);
    const wanted = receiver.cursor;
    if (this.#phase !== "live") return this.#phase === "asked" && wanted !== undefined;
    const { page, next } = this.#position;
    if (wanted !== undefined && ((wanted.page !== 0 && wanted.page !== page) || wanted.next < next)) {
      if (wanted.page === 0) receiver.cursor = { page, next: wanted.next };
      return true;
    }
    receiver.live(this.#position);
    return false;
  }

  item(message: ServerMessage): void {
    if (this.#phase !== "live") return;
    const item = toItem(message);
    this.#position = { page: item.sequencePage(), next: item.sequenceNumber() + 1 };
    for (const receiver of [...this.receivers]) receiver.item(item);
  }

  discontinuity({ discontinuity }: ServerMessage): void {
    if (this.#phase !== "live") return;
    const { new_sequence_page: page, new_topic_sequence: last } = discontinuity;
    // Back behind what was asked for: no such number has been given out, so it means nothing.
    const isReset = this.#position.page === page && last + 1 < this.#position.next;
    this.#position = { page, next: last + 1 };
    for (const receiver of [...this.receivers]) receiver.discontinuity(page, last, isReset);
  }

  /** The wire has no such subscription any more: the socket is gone, or the server has ended it; `isFinal`: for good. */
  down(error: SdkError | undefined, isFinal: boolean): void {
    this.#requests++;
    this.#phase = "down";
    for (const receiver of [...this.receivers]) {
      if (isFinal) receiver.end(error);
      else if (error !== undefined) receiver.lost(error);
    }
  }

  #start(from: Cursor | undefined, answer: ServerMessage): void {
    const answered = { page: answer.sequence_page, next: answer.next_sequence_number };
    this.#phase = "live";
    this.#position = from === undefined || from.page === 0 ? answered : from;
    for (const receiver of [...this.receivers]) receiver.live(this.#position);
  }
}

/** Of pages the oldest, of numbers in it the smallest: whoever is further leaves out what it has. */
function earliest(receivers: Iterable<Receiver>): Cursor | undefined {
  return [...receivers]
    .flatMap(({ cursor }) => cursor ?? [])
    .sort((a, b) => a.page - b.page || a.next - b.next)[0];
}

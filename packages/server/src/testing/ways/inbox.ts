// What has come on a way and was not yet read by the test, and the cursor behind both.

import type { ErrorCode } from "../../kernel/errors.js";
import type { Cursor, Subscriber, WayEvent } from "./way.js";

export class Inbox {
  readonly #events: WayEvent[] = [];
  readonly #readers: ((event: WayEvent) => void)[] = [];
  #isOver = false;
  #open: (() => void) | undefined;
  /** Resolves when the subscription lives, or has ended. */
  readonly opened: Promise<void>;
  /** Behind everything that has come. */
  received: Cursor;
  /** Behind everything that was read. */
  taken: Cursor;

  constructor(cursor: Cursor) {
    this.received = cursor;
    this.taken = cursor;
    this.opened = new Promise((resolve) => (this.#open = resolve));
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** The subscription lives; `at`: where it stands, when the way tells. */
  live(at?: Cursor): void {
    if (at !== undefined) {
      if (this.taken === this.received) this.taken = at;
      this.received = at;
    }
    this.#open?.();
  }

  put(event: WayEvent): void {
    if (this.#isOver) return;
    this.received = cursorAfter(event, this.received);
    this.#events.push(event);
    this.#give();
    if (event.kind === "ended" || event.kind === "lost") {
      this.#isOver = true;
      this.#open?.();
    }
  }

  ended(code: ErrorCode): void {
    this.put({ kind: "ended", code });
  }

  lost(): void {
    this.put({ kind: "lost" });
  }

  next(): Promise<WayEvent> {
    return new Promise((resolve) => {
      this.#readers.push(resolve);
      this.#give();
    });
  }

  #give(): void {
    while (this.#readers.length > 0) {
      const event = this.#events.shift();
      if (event === undefined) return;
      this.taken = cursorAfter(event, this.taken);
      this.#readers.shift()?.(event);
    }
  }
}

function cursorAfter(event: WayEvent, before: Cursor): Cursor {
  switch (event.kind) {
    case "item":
      return { sequence: event.sequence + 1, page: event.page };
    case "discontinuity":
      return { sequence: event.newSequence + 1, page: event.newPage };
    case "ended":
    case "lost":
      return before;
  }
}

/** What a way can do to its connection. */
export interface Connection {
  cut(): void;
  pause(): void;
  resume(): void;
}

export function createSubscriber(inbox: Inbox, connection: Connection): Subscriber {
  return {
    next: () => inbox.next(),
    get cursor() {
      return inbox.taken;
    },
    // A socket that closes already is not to be reset: Node 20 then keeps its handle for ever.
    cut: () => {
      if (!inbox.isOver) connection.cut();
    },
    pause: () => connection.pause(),
    resume: () => connection.resume(),
  };
}

// One local subscription: what it has seen, and how items reach its user, by callbacks or by an iterator. Nothing comes twice, no gap is silent.

import type { SdkError } from "./errors.js";
import { type ItemQueue, createItemQueue } from "./item-queue.js";
import type { Cursor } from "./messages.js";
import type { Settings } from "./settings.js";
import { TopicDiscontinuity, TopicHeartbeat, type TopicItem } from "./topic-item.js";

/** What a receiver calls; with `onItem` there is no queue. */
export interface Callbacks {
  readonly onItem?: ((item: TopicItem) => void) | undefined;
  readonly onDiscontinuity?: ((discontinuity: TopicDiscontinuity) => void) | undefined;
  readonly onHeartbeat?: ((heartbeat: TopicHeartbeat) => void) | undefined;
  readonly onConnectionLost?: ((error: SdkError) => void) | undefined;
  readonly onSubscriptionEnd?: (() => void) | undefined;
  readonly onError?: ((error: SdkError) => void) | undefined;
}

export class Receiver {
  /** The next item it wants; undefined before a fresh one is live. */
  cursor: Cursor | undefined;
  /** Where the iterator reads. */
  readonly queue?: ItemQueue;
  /** Called at the end, before the user's callbacks. */
  onOver: () => void = () => undefined;
  readonly #callbacks: Callbacks;
  readonly #settle: (outcome: "live" | SdkError | undefined) => void;
  #state: "asking" | "live" | "over" = "asking";
  /** The user has been told of the outage. */
  #isLost = false;

  /** `settle` is called once: when it is live for the first time, or with why that did not come about (undefined: its user has ended it). */
  constructor(
    settings: Settings,
    cursor: Cursor | undefined,
    callbacks: Callbacks,
    settle: (outcome: "live" | SdkError | undefined) => void,
  ) {
    this.cursor = cursor;
    this.#settle = settle;
    if (callbacks.onItem === undefined) {
      const { push } = (this.queue = createItemQueue(settings, callbacks.onDiscontinuity));
      this.#callbacks = { ...callbacks, onItem: push, onDiscontinuity: push };
    } else this.#callbacks = callbacks;
  }

  get isOver(): boolean {
    return this.#state === "over";
  }

  /** The subscription is live on the wire; `answered` is where it stands there. */
  live(answered: Cursor): void {
    if (this.cursor === undefined) this.cursor = answered;
    // It named no page: the number counts in the present one.
    else if (this.cursor.page === 0) this.cursor = { page: answered.page, next: this.cursor.next };
    this.#isLost = false;
    if (this.#state === "asking") {
      this.#state = "live";
      this.#settle("live");
    }
    this.heartbeat();
  }

  item(item: TopicItem): void {
    if (this.isOver) return;
    const page = item.sequencePage();
    const sequence = item.sequenceNumber();
    const wanted = this.cursor ?? { page, next: sequence };
    if (wanted.page === page && sequence < wanted.next) return;
    // The server tells of gaps itself; this one it has not told of.
    if (wanted.page !== page || sequence > wanted.next) this.#tellGap(wanted, page, sequence - 1);
    this.cursor = { page, next: sequence + 1 };
    call(this.#callbacks.onItem, item);
  }

  /** It goes on after `last` of `page`; `isReset`: that is so even for who seems to be further. */
  discontinuity(page: number, last: number, isReset: boolean): void {
    if (this.isOver) return;
    const wanted = this.cursor ?? { page, next: 1 };
    if (!isReset && wanted.page === page && last < wanted.next) return;
    this.#tellGap(wanted, page, last);
    this.cursor = { page, next: last + 1 };
  }

  heartbeat(): void {
    if (!this.isOver) call(this.#callbacks.onHeartbeat, new TopicHeartbeat());
  }

  /** The connection is gone. Who has never been live ends with `error`. */
  lost(error: SdkError): void {
    if (this.#state === "asking") this.end(error);
    else if (!this.#isLost) {
      this.#isLost = true;
      call(this.#callbacks.onConnectionLost, error);
    }
  }

  /** The end, for good; with `error` when the user did not ask for it. */
  end(error?: SdkError): void {
    if (this.#state === "over") return;
    const wasLive = this.#state === "live";
    this.#state = "over";
    this.onOver();
    this.queue?.end(error);
    if (wasLive) {
      if (error !== undefined) call(this.#callbacks.onError, error);
      call(this.#callbacks.onSubscriptionEnd);
    } else this.#settle(error);
  }

  #tellGap(wanted: Cursor, page: number, last: number): void {
    call(this.#callbacks.onDiscontinuity, new TopicDiscontinuity(wanted.next - 1, last, page));
  }
}

/** What a user's function throws is no reason to stop: the platform tells of it as of any uncaught error. */
function call<A extends readonly unknown[]>(run: ((...values: A) => void) | undefined, ...values: A): void {
  try {
    run?.(...values);
  } catch (thrown) {
    queueMicrotask(() => {
      throw thrown;
    });
  }
}

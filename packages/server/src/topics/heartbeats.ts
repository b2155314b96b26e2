// Heartbeats of every subscription of the process from one timer: subscriptions are spread over slots, and each tick
// serves one slot, so that neither the timer nor a tick grows with the number of subscriptions.

import type { Clock, Timer } from "../kernel/clock.js";
import type { SubscriptionSink, WireForm } from "./sink.js";

/** What a subscription keeps for its heartbeats; both numbers belong to `Heartbeats`. */
export interface HeartbeatMember {
  readonly sink: SubscriptionSink<unknown>;
  heartbeatSlot: number;
  heartbeatIndex: number;
  /** Called in place of a heartbeat when the sink is not ready: it needs none, its bytes are still on the way. */
  missedHeartbeat(): void;
  /** The sink threw. */
  fail(error: unknown): void;
}

/** No tick comes sooner than this after the one before, but for a shorter heartbeat. */
const TICK_MS_MIN = 50;
const SLOTS_MAX = 20;
/** Subscribers that came one after the other share a slot: often they share a connection too, and one write carries their beats. */
const NEIGHBOURS = 64;

export class Heartbeats {
  readonly #clock: Clock;
  readonly #tickMs: number;
  readonly #slots: HeartbeatMember[][];
  readonly #chunks = new WeakMap<WireForm<unknown>, { readonly chunk: unknown }>();
  #present = 0;
  #next = 0;
  #neighbours = 0;
  #count = 0;
  #timer: Timer | undefined;

  /** Every member gets a heartbeat each `heartbeatMs`; the timer runs only while there are members. */
  constructor(clock: Clock, heartbeatMs: number) {
    const slots = Math.max(1, Math.min(SLOTS_MAX, Math.floor(heartbeatMs / TICK_MS_MIN)));
    this.#clock = clock;
    this.#tickMs = heartbeatMs / slots;
    this.#slots = Array.from({ length: slots }, () => []);
  }

  /** The heartbeat as `form` writes it, made once. */
  chunkOf(form: WireForm<unknown>): unknown {
    let made = this.#chunks.get(form);
    if (made === undefined) {
      made = { chunk: form.heartbeat() };
      this.#chunks.set(form, made);
    }
    return made.chunk;
  }

  add(member: HeartbeatMember): void {
    const slot = this.#slots[this.#next] as HeartbeatMember[];
    member.heartbeatSlot = this.#next;
    member.heartbeatIndex = slot.length;
    slot.push(member);
    this.#neighbours = (this.#neighbours + 1) % NEIGHBOURS;
    if (this.#neighbours === 0) this.#next = (this.#next + 1) % this.#slots.length;
    this.#count++;
    this.#timer ??= this.#clock.every(this.#tickMs, () => this.#tick());
  }

  remove(member: HeartbeatMember): void {
    const slot = this.#slots[member.heartbeatSlot] as HeartbeatMember[];
    const last = slot.pop() as HeartbeatMember;
    if (last !== member) {
      slot[member.heartbeatIndex] = last;
      last.heartbeatIndex = member.heartbeatIndex;
    }
    this.#count--;
    if (this.#count === 0) {
      this.#timer?.cancel();
      this.#timer = undefined;
    }
  }

  #tick(): void {
    const slot = this.#slots[this.#present] as HeartbeatMember[];
    this.#present = (this.#present + 1) % this.#slots.length;
    // From the end, because removing a member puts the last one, which has had its turn, in its place.
    for (let i = slot.length - 1; i >= 0; i--) {
      const member = slot[i];
      if (member === undefined) continue;
      if (!member.sink.ready) {
        member.missedHeartbeat();
        continue;
      }
      try {
        member.sink.push(this.chunkOf(member.sink.form));
      } catch (error) {
        member.fail(error);
      }
    }
  }
}

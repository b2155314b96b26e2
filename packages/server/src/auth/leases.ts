// What subscriptions live by: each credential holds its own, and ends them when it expires or is revoked.

import type { Clock, Timer } from "../kernel/clock.js";
import { ServiceError } from "../kernel/errors.js";
import { afterTurn } from "../kernel/turn.js";
import type { LeaseHolder, SubscriptionLease } from "../ports/grant.js";
import type { Principal } from "./principal.js";

/** How often it is looked for what has expired: twice within the second that is promised. */
const SWEEP_MS = 500;

export interface LeaseLimits {
  /** Subscriptions that are ended in one turn of the event loop. */
  readonly leaseEndsPerTurnMax: number;
}

/** A call that was let in begins its subscription within this: an ending from before may still concern it. */
const IN_FLIGHT_MS = 60_000;

/** One per credential and verification of it: its subscriptions, of whatever connection. */
export class Lease implements SubscriptionLease {
  readonly #leases: LeaseBook;
  readonly #holders: LeaseHolder[] = [];
  principal: Principal;
  /** The last ending that this lease is known to have nothing to do with. */
  checkedEnding: number;

  constructor(leases: LeaseBook, principal: Principal, checkedEnding: number) {
    this.#leases = leases;
    this.principal = principal;
    this.checkedEnding = checkedEnding;
  }

  get size(): number {
    return this.#holders.length;
  }

  add(holder: LeaseHolder): void {
    holder.leaseIndex = this.#holders.length;
    this.#holders.push(holder);
    this.#leases.entered(this);
  }

  remove(holder: LeaseHolder): void {
    const last = this.#holders.pop() as LeaseHolder;
    if (last !== holder) {
      this.#holders[holder.leaseIndex] = last;
      last.leaseIndex = holder.leaseIndex;
    }
    if (this.#holders.length === 0) this.#leases.left(this);
  }

  /** Ends up to `most` of its subscriptions, which leave by that; returns how many those were. */
  end(error: ServiceError, most: number): number {
    let ended = 0;
    for (; ended < most; ended++) {
      const holder = this.#holders.at(-1);
      if (holder === undefined) break;
      holder.fail(error);
    }
    return ended;
  }
}

/** What a lease tells of its subscriptions. */
interface LeaseBook {
  /** One more. */
  entered(lease: Lease): void;
  /** The last one has left. */
  left(lease: Lease): void;
}

/** Subscriptions that were ended before their time: whose, and how. */
interface Ending {
  readonly number: number;
  readonly atMs: number;
  readonly isConcerned: (principal: Principal) => boolean;
  readonly error: ServiceError;
}

/** Whether a subscription with this lease was begun with the credential of `principal`. */
export function livesBy(lease: SubscriptionLease | undefined, { kind, id }: Principal): boolean {
  return lease instanceof Lease && lease.principal.kind === kind && lease.principal.id === id;
}

export class Leases implements LeaseBook {
  readonly #clock: Clock;
  readonly #endsPerTurnMax: number;
  readonly #schedule: (run: () => void) => void;
  /** Those with subscriptions. */
  readonly #live = new Set<Lease>();
  /** Leases whose subscriptions are being ended, in order. */
  readonly #ending = new Map<Lease, ServiceError>();
  /** The endings of the last while: who was let in before one may begin a subscription after it. */
  #recent: Ending[] = [];
  #lastEnding = 0;
  readonly #sweeper: Timer;

  constructor(clock: Clock, limits: LeaseLimits, schedule: (run: () => void) => void = afterTurn) {
    this.#clock = clock;
    this.#endsPerTurnMax = limits.leaseEndsPerTurnMax;
    this.#schedule = schedule;
    this.#sweeper = clock.every(SWEEP_MS, () => this.#sweep());
  }

  /** `principal` with a lease of its own. */
  lend(principal: Principal): Principal {
    const lease = new Lease(this, principal, this.#lastEnding);
    const lent = { ...principal, lease };
    lease.principal = lent;
    return lent;
  }

  /** Ends the subscriptions of every principal that is concerned, also those that are just being begun. */
  endWhere(isConcerned: (principal: Principal) => boolean, error: ServiceError): void {
    const atMs = this.#clock.monotonicMs();
    this.#recent = this.#recent.filter((ending) => atMs - ending.atMs < IN_FLIGHT_MS);
    this.#recent.push({ number: ++this.#lastEnding, atMs, isConcerned, error });
    for (const lease of this.#live) if (isConcerned(lease.principal)) this.#end(lease, error);
  }

  entered(lease: Lease): void {
    if (lease.size === 1) this.#live.add(lease);
    if (lease.checkedEnding === this.#lastEnding) return;
    const missed = this.#recent.find(
      ({ number, isConcerned }) => number > lease.checkedEnding && isConcerned(lease.principal),
    );
    if (missed !== undefined) this.#end(lease, missed.error);
    else lease.checkedEnding = this.#lastEnding;
  }

  left(lease: Lease): void {
    this.#live.delete(lease);
  }

  close(): void {
    this.#sweeper.cancel();
  }

  #sweep(): void {
    const nowMs = this.#clock.nowMs();
    const error = new ServiceError("unauthenticated", "The token has expired.");
    for (const lease of this.#live) {
      const { expiresAtMs } = lease.principal;
      if (expiresAtMs !== undefined && expiresAtMs <= nowMs) this.#end(lease, error);
    }
  }

  #end(lease: Lease, error: ServiceError): void {
    if (this.#ending.has(lease)) return;
    if (this.#ending.size === 0) this.#schedule(() => this.#endSome());
    this.#ending.set(lease, error);
  }

  #endSome(): void {
    let left = this.#endsPerTurnMax;
    for (const [lease, error] of this.#ending) {
      left -= lease.end(error, left);
      if (lease.size > 0) break;
      this.#ending.delete(lease);
      if (left === 0) break;
    }
    if (this.#ending.size > 0) this.#schedule(() => this.#endSome());
  }
}

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

/** One per credential and verification of it: its subscriptions, of whatever connection. */
export class Lease implements SubscriptionLease {
  readonly #live: Set<Lease>;
  readonly #holders: LeaseHolder[] = [];
  principal: Principal;

  constructor(live: Set<Lease>, principal: Principal) {
    this.#live = live;
    this.principal = principal;
  }

  get size(): number {
    return this.#holders.length;
  }

  add(holder: LeaseHolder): void {
    if (this.#holders.length === 0) this.#live.add(this);
    holder.leaseIndex = this.#holders.length;
    this.#holders.push(holder);
  }

  remove(holder: LeaseHolder): void {
    const last = this.#holders.pop() as LeaseHolder;
    if (last !== holder) {
      this.#holders[holder.leaseIndex] = last;
      last.leaseIndex = holder.leaseIndex;
    }
    if (this.#holders.length === 0) this.#live.delete(this);
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

/** Whether a subscription with this lease was begun with the credential of `principal`. */
export function livesBy(lease: SubscriptionLease | undefined, { kind, id }: Principal): boolean {
  return lease instanceof Lease && lease.principal.kind === kind && lease.principal.id === id;
}

export class Leases {
  readonly #clock: Clock;
  readonly #endsPerTurnMax: number;
  readonly #schedule: (run: () => void) => void;
  readonly #live = new Set<Lease>();
  /** Leases whose subscriptions are being ended, in order. */
  readonly #ending = new Map<Lease, ServiceError>();
  readonly #sweeper: Timer;

  constructor(clock: Clock, limits: LeaseLimits, schedule: (run: () => void) => void = afterTurn) {
    this.#clock = clock;
    this.#endsPerTurnMax = limits.leaseEndsPerTurnMax;
    this.#schedule = schedule;
    this.#sweeper = clock.every(SWEEP_MS, () => this.#sweep());
  }

  /** `principal` with a lease of its own. */
  lend(principal: Principal): Principal {
    const lease = new Lease(this.#live, principal);
    const lent = { ...principal, lease };
    lease.principal = lent;
    return lent;
  }

  /** Ends the subscriptions of every principal that `ends` is true for. */
  endWhere(ends: (principal: Principal) => boolean, error: ServiceError): void {
    for (const lease of this.#live) if (ends(lease.principal)) this.#end(lease, error);
  }

  close(): void {
    this.#sweeper.cancel();
  }

  #sweep(): void {
    const nowMs = this.#clock.nowMs();
    const error = new ServiceError("unauthenticated", "The token has expired.");
    this.endWhere(({ expiresAtMs }) => expiresAtMs !== undefined && expiresAtMs <= nowMs, error);
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

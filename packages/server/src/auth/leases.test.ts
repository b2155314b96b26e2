// Subscriptions end with their credential: at its expiry, when it is revoked, a bounded number in a turn; and live on by another one.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ServiceError } from "../kernel/errors.js";
import type { LeaseHolder, SubscriptionLease } from "../ports/grant.js";
import { createFakeClock } from "../testing/fake-clock.js";
import { Leases, livesBy } from "./leases.js";
import { LOCAL_PRINCIPAL, type Principal } from "./principal.js";

class FakeSubscription implements LeaseHolder {
  leaseIndex = -1;
  ended: ServiceError | undefined;
  lease: SubscriptionLease | undefined;

  constructor(principal: Principal) {
    this.lease = principal.lease;
    this.lease?.add(this);
  }

  fail(error: unknown): void {
    this.close();
    this.ended = ServiceError.from(error);
  }

  close(): void {
    this.lease?.remove(this);
    this.lease = undefined;
  }

  renew(principal: Principal): void {
    this.close();
    this.lease = principal.lease;
    this.lease?.add(this);
  }
}

function create(leaseEndsPerTurnMax = 100) {
  const clock = createFakeClock();
  const runs: (() => void)[] = [];
  const leases = new Leases(clock, { leaseEndsPerTurnMax }, (run) => runs.push(run));
  const lend = (id: string, expiresInMs?: number): Principal =>
    leases.lend({
      ...{ ...LOCAL_PRINCIPAL, kind: "disposable", id },
      ...(expiresInMs === undefined ? {} : { expiresAtMs: clock.nowMs() + expiresInMs }),
    });
  const endTurn = (): void => {
    for (const run of runs.splice(0)) run();
  };
  return { clock, leases, lend, endTurn, runs };
}

const revoked = new ServiceError("unauthenticated", "revoked");

test("within a second of its end, a credential's subscriptions end, and no others", () => {
  const { clock, lend, endTurn } = create();
  const [short, long, never] = [lend("short", 2000), lend("long", 60_000), lend("never")];
  const subscriptions = [short, short, long, never].map((principal) => new FakeSubscription(principal));
  clock.advance(1999);
  endTurn();
  assert.deepEqual(
    subscriptions.map(({ ended }) => ended?.code),
    [undefined, undefined, undefined, undefined],
  );
  clock.advance(1000);
  endTurn();
  assert.deepEqual(
    subscriptions.map(({ ended }) => ended?.code),
    ["unauthenticated", "unauthenticated", undefined, undefined],
  );
});

test("a subscription that left, or lives by another credential, is not ended by the old one", () => {
  const { clock, lend, endTurn } = create();
  const [old, fresh] = [lend("old", 1000), lend("fresh", 10_000)];
  const [left, renewed] = [new FakeSubscription(old), new FakeSubscription(old)];
  assert.ok(livesBy(renewed.lease, old) && !livesBy(renewed.lease, fresh));
  left.close();
  renewed.renew(fresh);
  assert.ok(livesBy(renewed.lease, fresh));
  clock.advance(5000);
  endTurn();
  assert.deepEqual([left.ended, renewed.ended], [undefined, undefined]);
  clock.advance(6000);
  endTurn();
  assert.equal(renewed.ended?.code, "unauthenticated");
});

test("many are ended over several turns", () => {
  const { leases, lend, endTurn, runs } = create(10);
  const principals = [lend("a"), lend("b")];
  const subscriptions = principals.flatMap((principal) =>
    Array.from({ length: 12 }, () => new FakeSubscription(principal)),
  );
  leases.endWhere(({ id }) => id === "a" || id === "b", revoked);
  const ended = () => subscriptions.filter((subscription) => subscription.ended !== undefined).length;
  assert.equal(ended(), 0, "not in the middle of what the caller does");
  const counts = [];
  while (runs.length > 0) {
    endTurn();
    counts.push(ended());
  }
  assert.deepEqual(counts, [10, 20, 24]);
});

test("what ends, or leaves, while others are ended is neither ended twice nor missed", () => {
  const { leases, lend, endTurn, runs } = create(2);
  const principal = lend("a");
  const subscriptions = Array.from({ length: 7 }, () => new FakeSubscription(principal));
  leases.endWhere(() => true, revoked);
  endTurn();
  subscriptions[0]?.close();
  subscriptions[3]?.close();
  leases.endWhere(() => true, revoked);
  while (runs.length > 0) endTurn();
  assert.ok(subscriptions.every(({ lease }) => lease === undefined));
  assert.equal(subscriptions.filter(({ ended }) => ended === undefined).length, 2);
});

test("who was let in before it was revoked, and subscribes after it, is ended too", () => {
  const { clock, leases, lend, endTurn } = create();
  const [a, b] = [lend("a"), lend("b")];
  leases.endWhere(({ id }) => id === "a", revoked);
  clock.advance(59_000);
  leases.endWhere(({ id }) => id === "c", revoked);
  const [late, other, fresh] = [a, b, lend("a")].map((principal) => new FakeSubscription(principal));
  endTurn();
  assert.deepEqual(
    [late?.ended?.code, other?.ended, fresh?.ended],
    ["unauthenticated", undefined, undefined],
  );
});

test("closed, it looks after nothing any more", () => {
  const { clock, leases } = create();
  leases.close();
  assert.equal(clock.pendingTimers, 0);
});

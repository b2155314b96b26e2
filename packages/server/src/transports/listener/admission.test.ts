// Number, rate and memory, each alone and beside the others, with a clock moved by hand.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createFakeClock } from "../../testing/fake-clock.js";
import { Admission, type AdmissionOptions } from "./admission.js";

function create(more: Partial<AdmissionOptions> = {}) {
  const clock = createFakeClock();
  const pressure = { isHigh: false };
  const maxima = {
    connectionsMax: 100,
    tlsHandshakesMax: 20,
    tlsHandshakesPerAddressMax: 5,
    loopbackReserveMax: 10,
    acceptsPerSecondMax: 50,
  };
  return { clock, pressure, admission: new Admission({ ...maxima, clock, pressure, ...more }) };
}

test("the last places are for programs on this machine", () => {
  const { admission } = create();
  assert.equal(admission.refusalOf(89, false), undefined);
  assert.equal(admission.refusalOf(90, false), "connections_max");
  assert.equal(admission.refusalOf(99, true), undefined);
  assert.equal(admission.refusalOf(100, true), "connections_max");
});

test("TLS handshakes under way have places of their own, the last of them for programs on this machine", () => {
  const { admission } = create();
  const ask = (isLoopback: boolean, count: number, ofAddress = 0): string | undefined =>
    admission.refusalOf(50, isLoopback, { count, ofAddress });
  assert.equal(ask(false, 9), undefined);
  assert.equal(ask(false, 10), "tls_handshakes_max");
  assert.equal(admission.refusalOf(50, false), undefined, "a connection that begins none");
  assert.equal(ask(true, 19), undefined);
  assert.equal(ask(true, 20), "tls_handshakes_max");
  assert.equal(ask(false, 5, 4), undefined);
  assert.equal(ask(false, 5, 5), "tls_handshakes_per_address_max");
});

test("with few places at all, one stays for others", () => {
  const { admission } = create({ connectionsMax: 4 });
  assert.equal(admission.refusalOf(0, false), undefined);
  assert.equal(admission.refusalOf(1, false), "connections_max");
  assert.equal(admission.refusalOf(3, true), undefined);
});

test("as many as a second brings may come at once, then at that rate", () => {
  const { admission, clock } = create();
  const come = (count: number) =>
    Array.from({ length: count }, () => admission.refusalOf(0, true)).filter((refusal) => !refusal).length;
  assert.equal(come(60), 50);
  clock.advance(100);
  assert.equal(come(60), 5);
  clock.advance(60_000);
  assert.equal(come(60), 50);
  assert.equal(admission.refusalOf(0, true), "accept_rate");
});

test("while memory is short a trickle gets in from elsewhere, and programs on this machine as always", () => {
  const { admission, pressure, clock } = create();
  pressure.isHigh = true;
  assert.equal(admission.refusalOf(0, false), undefined);
  assert.equal(admission.refusalOf(0, false), "memory");
  clock.advance(500);
  assert.equal(admission.refusalOf(0, false), "memory");
  assert.equal(admission.refusalOf(0, true), undefined);
  clock.advance(1000);
  assert.equal(admission.refusalOf(0, false), undefined);
  pressure.isHigh = false;
  clock.advance(20);
  assert.equal(admission.refusalOf(0, false), undefined);
});

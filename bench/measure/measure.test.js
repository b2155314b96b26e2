// The arithmetic behind the measurements: rates from budgets, the search for the saturation, counting words in pieces.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createCounter } from "../drivers/publishers/counter.js";
import { chooseRate } from "./rate.js";
import { findHighestRate } from "./saturation.js";

const BUDGET = {
  messagesPerSecond: 1_000,
  deliveriesPerSecond: 40_000,
  bytesPerSecond: 250e6,
  seconds: 1.5,
  messagesMin: 2,
};

describe("the rate of a fan-out", () => {
  it("is held down by messages, by deliveries or by bytes", () => {
    assert.deepEqual(chooseRate(1, 64, BUDGET), { perSecond: 1_000, messages: 1_500 });
    assert.deepEqual(chooseRate(1_000, 64, BUDGET), { perSecond: 40, messages: 60 });
    assert.equal(chooseRate(100, 50_000, BUDGET).perSecond, 50);
  });

  it("gives some messages, however few fit", () => {
    assert.equal(chooseRate(10_000, 65_536, BUDGET).messages, 2);
  });
});

describe("the search for the saturation", () => {
  const search = {
    firstPerSecond: 100,
    lastPerSecond: 6_400,
    stepFactor: 2,
    halvings: 3,
    seconds: 1,
    p99MsMax: 100,
  };

  it("comes near the limit from below", async () => {
    for (const limit of [100, 333, 1_000, 5_000]) {
      const found = await findHighestRate(search, async (rate) => rate <= limit);
      assert.ok(found <= limit && found >= limit / 2 ** (1 / 8) / 1.0001, `${found} of ${limit}`);
    }
  });

  it("ends at the last rate, and says 0 when the first is too high", async () => {
    assert.equal(await findHighestRate(search, async () => true), 6_400);
    assert.equal(await findHighestRate(search, async () => false), 0);
  });
});

describe("counting a word", () => {
  it("gives the same however the text is cut", () => {
    const text = "PONG\r\nPONG\r\nxPONG\r\n";
    for (let size = 1; size <= text.length; size++) {
      const count = createCounter("PONG\r\n");
      let found = 0;
      for (let at = 0; at < text.length; at += size) found += count(text.slice(at, at + size));
      assert.equal(found, 3, `pieces of ${size}`);
    }
  });
});

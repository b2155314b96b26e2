// The report from samples to Markdown: goals by ratios within a round, growth, notes, and the page that must not drift.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { judgeGoals } from "./goals.js";
import { findGrowth, ratioPerDoubling } from "./growth.js";
import { findResultsPath, replaceResults } from "./page.js";
import { toPivot } from "./pivot.js";
import { comparePage } from "./result-files.js";
import { summarize } from "./summary.js";

/** @param {number} round @param {string} measure @param {string} peer @param {number | null} value @param {object} [more] */
function toSample(round, measure, peer, value, more = {}) {
  return { round, measure, peer, value, deliveredShare: null, note: "", detail: {}, ...more };
}

describe("goals", () => {
  it("take the median of the ratios within a round", () => {
    const samples = [1, 10, 100].flatMap((load, at) => [
      toSample(at + 1, "goal-own-low", "subito", load * (at + 1)),
      toSample(at + 1, "goal-own-low", "redis", load * 2),
    ]);
    const [judged] = judgeGoals(samples);
    assert.deepEqual([judged?.figure, judged?.min, judged?.max, judged?.reached], [1, 0.5, 1.5, true]);
  });

  it("are not reached when the figure is on the wrong side", () => {
    const samples = [toSample(1, "goal-memory-few", "subito", 6.1)];
    assert.equal(judgeGoals(samples)[0]?.reached, false);
  });

  it("say nothing without figures", () => {
    assert.deepEqual(judgeGoals([toSample(1, "goal-own-low", "subito", 1)]), []);
  });
});

describe("growth", () => {
  it("is one when each costs the same", () => {
    assert.equal(ratioPerDoubling(3, 3, 10), 1);
  });

  it("is for each doubling, of the cost of one", () => {
    const measures = [1_000, 4_000].map((amount) => {
      return {
        id: `idle-${amount}`,
        table: "t",
        column: "c",
        growth: { series: "s", amount, isTotal: true },
      };
    });
    const rows = summarize(
      [toSample(1, "idle-1000", "subito", 10), toSample(1, "idle-4000", "subito", 160)],
      measures,
      ["subito"],
    );
    assert.deepEqual(findGrowth(measures, rows), [
      { series: "s", peer: "subito", from: 1_000, to: 4_000, ratio: 2 },
    ]);
  });
});

describe("tables", () => {
  const table = { id: "t", title: "T", text: "", isEssential: false };
  const measures = [{ id: "m", table: "t", column: "C" }];
  const toTable = (/** @type {ReturnType<typeof toSample>[]} */ samples) =>
    toPivot(table, measures, summarize(samples, measures, ["a", "b"]), (id) => id.toUpperCase());

  it("number their notes, the same text once", () => {
    const text = toTable([
      toSample(1, "m", "a", 1, { note: "driver-bound" }),
      toSample(1, "m", "b", 2, { note: "driver-bound" }),
    ]);
    assert.match(text, /1\.00 \[1\]/);
    assert.match(text, /2\.00 \[1\]/);
    assert.equal(text.split("driver-bound").length, 2);
  });

  it("say what was lost in the worst round", () => {
    const text = toTable([
      toSample(1, "m", "a", 1, { deliveredShare: 1 }),
      toSample(2, "m", "a", 1, { deliveredShare: 0.5 }),
    ]);
    assert.match(text, /LOST.*50\.00 % delivered/);
  });

  it("are left out without figures", () => {
    assert.equal(toTable([]), "");
  });
});

describe("docs/performance.md", () => {
  it("shows what its results file gives", async () => {
    const { shown, made } = await comparePage();
    assert.equal(shown, made, "run node bench/run.js --summarize with the file that the page links to");
  });

  it("is changed between its marks only", () => {
    const page = "a\n<!-- results -->\n\nold\n\n<!-- /results -->\nb\n";
    const changed = replaceResults(page, "new");
    assert.equal(changed, page.replace("old", "new"));
    assert.equal(replaceResults(changed, "new"), changed);
  });

  it("names its results file by a link", () => {
    assert.equal(
      findResultsPath("[x](../bench/results/2026-01-01-abc.md)"),
      "../bench/results/2026-01-01-abc.json",
    );
    assert.equal(findResultsPath("no link"), "");
  });
});

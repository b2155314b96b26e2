// How a figure grows as the work doubles: 1.00 means that one delivery, or one connection, costs the same among twice as many.

import { formatValue, toMarkdown } from "./table.js";

/** @typedef {import("./summary.js").SummaryRow} SummaryRow */
/** @typedef {import("../plan/scenario.js").Measure} Measure */

/**
 * @typedef {object} GrowthStep
 * @property {string} series  what grows
 * @property {string} peer
 * @property {number} from  subscribers or connections
 * @property {number} to
 * @property {number} ratio  of the cost of one, for each doubling between the two
 */

/**
 * @param {number} before @param {number} after  cost of one @param {number} factor  by which the work has grown
 * @returns {number}
 */
export function ratioPerDoubling(before, after, factor) {
  return (after / before) ** (1 / Math.log2(factor));
}

/**
 * @param {readonly Measure[]} measures @param {readonly SummaryRow[]} rows
 * @returns {GrowthStep[]}
 */
export function findGrowth(measures, rows) {
  return [...groupBySeries(measures)].flatMap(([series, own]) => {
    if (series === undefined) return [];
    const ascending = [...own].sort((a, b) => (a.growth?.amount ?? 0) - (b.growth?.amount ?? 0));
    const peers = [
      ...new Set(rows.filter(({ measure }) => own.some(({ id }) => id === measure)).map(({ peer }) => peer)),
    ];
    return peers.flatMap((peer) => findSteps(series, peer, ascending, rows));
  });
}

/** @param {readonly Measure[]} measures @returns {Map<string | undefined, Measure[]>} */
function groupBySeries(measures) {
  const groups = new Map();
  for (const measure of measures) {
    const series = measure.growth?.series;
    groups.set(series, [...(groups.get(series) ?? []), measure]);
  }
  return groups;
}

/**
 * @param {string} series @param {string} peer @param {readonly Measure[]} measures  ascending @param {readonly SummaryRow[]} rows
 * @returns {GrowthStep[]}
 */
function findSteps(series, peer, measures, rows) {
  const points = measures.flatMap(({ id, growth }) => {
    const value = rows.find((row) => row.measure === id && row.peer === peer)?.median ?? null;
    if (growth === undefined || value === null || value <= 0) return [];
    return [{ amount: growth.amount, ofOne: growth.isTotal ? value / growth.amount : value }];
  });
  return points.slice(1).map((point, at) => {
    const before = /** @type {{ amount: number, ofOne: number }} */ (points[at]);
    const ratio = ratioPerDoubling(before.ofOne, point.ofOne, point.amount / before.amount);
    return { series, peer, from: before.amount, to: point.amount, ratio };
  });
}

/** @param {GrowthStep} step @returns {string} */
function toSpan({ from, to }) {
  return `${from.toLocaleString("en-US")} → ${to.toLocaleString("en-US")}`;
}

/** @param {readonly GrowthStep[]} steps @param {(peer: string) => string} labelOf @returns {string} Markdown, empty for no steps */
export function toGrowthTables(steps, labelOf) {
  const series = [...new Set(steps.map((step) => step.series))];
  return series
    .map((name) => {
      const own = steps.filter((step) => step.series === name);
      const spans = [...new Set(own.map(toSpan))];
      const rows = [...new Set(own.map(({ peer }) => peer))].map((peer) => [
        labelOf(peer),
        ...spans.map((span) => {
          const step = own.find((one) => one.peer === peer && toSpan(one) === span);
          return step === undefined ? "" : formatValue(step.ratio);
        }),
      ]);
      return `### Growth: ${name}\n\n${toMarkdown([["server", ...spans], ...rows])}`;
    })
    .join("\n\n");
}

// From the samples of all rounds to one row for each measure and peer.

import { median } from "./statistics.js";

/** @typedef {import("../measure/sample.js").Sample & { round: number }} RoundSample */

/**
 * @typedef {object} SummaryRow
 * @property {string} measure
 * @property {string} peer
 * @property {number | null} median
 * @property {number | null} min
 * @property {number | null} max
 * @property {number | null} deliveredShare  the worst round's
 * @property {string} note
 */

/** @typedef {{ measure: string, peer: string }} Figure  which figure */

/** @param {(number | null)[]} values @returns {number[]} */
function numbersOf(values) {
  return values.filter((value) => value !== null);
}

/**
 * In each round, one figure divided by another.
 * @param {readonly RoundSample[]} samples @param {Figure} figure @param {Figure} divisor
 * @returns {number[]}
 */
export function ratiosOf(samples, figure, divisor) {
  const of = (/** @type {Figure} */ { measure, peer }) =>
    samples.filter((one) => one.measure === measure && one.peer === peer);
  const divisors = new Map(of(divisor).map(({ round, value }) => [round, value]));
  return numbersOf(
    of(figure).map(({ round, value }) => {
      const by = divisors.get(round) ?? null;
      return value === null || by === null || by === 0 ? null : value / by;
    }),
  );
}

/**
 * @param {readonly RoundSample[]} samples
 * @param {readonly import("../plan/scenario.js").Measure[]} measures @param {readonly string[]} peers  in the order of the tables
 * @returns {SummaryRow[]}
 */
export function summarize(samples, measures, peers) {
  return measures.flatMap((measure) =>
    peers.flatMap((peer) => {
      const own = samples.filter((sample) => sample.measure === measure.id && sample.peer === peer);
      if (own.length === 0) return [];
      const values = numbersOf(own.map(({ value }) => value));
      const shares = numbersOf(own.map(({ deliveredShare }) => deliveredShare));
      return [
        {
          measure: measure.id,
          peer,
          median: values.length === 0 ? null : median(values),
          min: values.length === 0 ? null : Math.min(...values),
          max: values.length === 0 ? null : Math.max(...values),
          deliveredShare: worstOf(shares),
          note: own.find(({ note }) => note !== "")?.note ?? "",
        },
      ];
    }),
  );
}

/** @param {number[]} shares @returns {number | null} the one that is farthest from 1 */
function worstOf(shares) {
  return shares.reduce(
    (/** @type {number | null} */ worst, share) =>
      worst === null || Math.abs(share - 1) > Math.abs(worst - 1) ? share : worst,
    null,
  );
}

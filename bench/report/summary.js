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
 * @property {number | null} ratio  median over the rounds of: value / value of the baseline peer in the same round
 * @property {number | null} deliveredShare  the worst round's
 * @property {string} note
 */

/** @param {(number | null)[]} values @returns {number[]} */
function numbersOf(values) {
  return values.filter((value) => value !== null);
}

/**
 * The median over the rounds of one peer's value divided by another's in the same round.
 * @param {RoundSample[]} samples @param {string} measure @param {string} peer @param {string} baseline
 * @returns {number | null}
 */
export function medianRatio(samples, measure, peer, baseline) {
  const of = (/** @type {string} */ id) =>
    samples.filter((one) => one.measure === measure && one.peer === id);
  const baselines = new Map(of(baseline).map(({ round, value }) => [round, value]));
  const ratios = of(peer).map(({ round, value }) => {
    const divisor = baselines.get(round) ?? null;
    return value === null || divisor === null || divisor === 0 ? null : value / divisor;
  });
  const numbers = numbersOf(ratios);
  return numbers.length === 0 ? null : median(numbers);
}

/**
 * @param {RoundSample[]} samples
 * @param {readonly import("../plan.js").Measure[]} measures @param {readonly string[]} peers  in the order of the table
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
          ratio: medianRatio(samples, measure.id, peer, measure.baseline),
          deliveredShare: shares.length === 0 ? null : Math.min(...shares),
          note: own.find(({ note }) => note !== "")?.note ?? "",
        },
      ];
    }),
  );
}

// One measured value, and what must be said beside it.

/**
 * @typedef {object} Sample
 * @property {string} measure  id of the measure (plan/)
 * @property {string} peer
 * @property {number | null} value  null when it could not be measured; `note` says why
 * @property {number | null} deliveredShare  1 when every expected message came, null where none was expected
 * @property {string} note  empty when there is nothing to say; several are parted by "; "
 * @property {Record<string, number>} detail  the raw figures behind the value
 */

/**
 * @typedef {object} Bench  what every measurement is told
 * @property {number} settleMs  quiet time before a reading
 * @property {number} readingIntervalMs  between readings of memory
 * @property {number} quietMs  this long without a delivery, and the rest counts as lost
 */

export const TOPIC = "bench";

let topics = 0;

/** A topic that nothing was published to: a fresh subscription to Subito begins a second in the past. @returns {string} */
export function createTopic() {
  topics += 1;
  return `${TOPIC}-${topics}`;
}

/** @param {readonly string[]} notes @returns {string} */
export function joinNotes(notes) {
  return [...new Set(notes.filter((note) => note !== ""))].join("; ");
}

/**
 * The samples of a measurement that gave none.
 * @param {readonly string[]} measures @param {string} peer @param {string} note
 * @returns {Sample[]}
 */
export function toEmptySamples(measures, peer, note) {
  return measures.map((measure) => ({
    measure,
    peer,
    value: null,
    deliveredShare: null,
    note,
    detail: {},
  }));
}

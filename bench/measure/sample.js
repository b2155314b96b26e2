// One measured value, and what must be said beside it.

/**
 * @typedef {object} Sample
 * @property {string} measure  id of the measure (plan.js)
 * @property {string} peer
 * @property {number | null} value  null when it could not be measured; `note` says why
 * @property {number | null} deliveredShare  1 when every expected message came, null where none was expected
 * @property {string} note  empty when there is nothing to say
 * @property {Record<string, number>} detail  the raw figures behind the value
 */

/**
 * @typedef {object} Bench  what every measurement is told
 * @property {Buffer} payload  of every message
 * @property {number} settleMs  quiet time before a reading
 * @property {number} readingIntervalMs  between readings of memory
 * @property {number} quietMs  this long without a delivery, and the rest counts as lost
 */

export const TOPIC = "bench";

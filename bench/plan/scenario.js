// The shapes of the plan: tables, what stands in their columns, and what has to be run for it.

/** @typedef {import("../peers/peer.js").Peer} Peer */
/** @typedef {import("../measure/sample.js").Sample} Sample */
/** @typedef {import("../report/summary.js").RoundSample} RoundSample */

/**
 * @typedef {object} Table
 * @property {string} id
 * @property {string} title  with the unit
 * @property {string} text  what was done; empty when the title says it
 * @property {boolean} isEssential  shown in docs/performance.md too
 */

/**
 * @typedef {object} Measure
 * @property {string} id
 * @property {string} table
 * @property {string} column  its head in the table
 * @property {{ series: string, amount: number, isTotal: boolean }} [growth]  a point of a series whose work grows; `isTotal`:
 *   the value is what all of the `amount` cost, and not what one does
 */

/**
 * @typedef {object} Scenario  one measurement, by itself for each server (`run`) or with all of them in turn (`runPaired`)
 * @property {string} section  as in --section
 * @property {Measure[]} measures
 * @property {string[]} peers  that take part
 * @property {string[]} tools  programs that it needs besides the peers
 * @property {(peer: Peer) => Promise<Sample[]>} [run]
 * @property {(peers: Peer[], rounds: number) => Promise<RoundSample[]>} [runPaired]
 */

/** @typedef {{ tables: Table[], scenarios: Scenario[] }} PlanPart */

/** @param {number} count @returns {string} */
export function formatCount(count) {
  return count.toLocaleString("en-US");
}

/** @param {number} bytes @returns {string} */
export function formatBytes(bytes) {
  return bytes < 1024 ? `${bytes} B` : `${bytes / 1024} KB`;
}

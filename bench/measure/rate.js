// At which rate a fan-out is measured: what the machine sustains in deliveries and in bytes decides.

/**
 * @typedef {object} Budget
 * @property {number} messagesPerSecond
 * @property {number} deliveriesPerSecond
 * @property {number} bytesPerSecond  of payload, all deliveries together
 * @property {number} seconds  of publishing
 * @property {number} messagesMin  however few the rate gives in that time
 */

/**
 * @param {number} subscribers @param {number} payloadBytes @param {Budget} budget
 * @returns {{ perSecond: number, messages: number }}
 */
export function chooseRate(subscribers, payloadBytes, budget) {
  const perSecond = Math.min(
    budget.messagesPerSecond,
    budget.deliveriesPerSecond / subscribers,
    budget.bytesPerSecond / (subscribers * payloadBytes),
  );
  return { perSecond, messages: Math.max(budget.messagesMin, Math.round(perSecond * budget.seconds)) };
}

/** @param {number} perSecond @returns {string} */
export function formatRate(perSecond) {
  return `${perSecond >= 10 ? Math.round(perSecond) : Number(perSecond.toPrecision(2))}/s`;
}

// The fan-out tables: subscribers × own connections or many to a connection × message size.

import { measureFanoutMatrix } from "../measure/fanout.js";
import { chooseRate, formatRate } from "../measure/rate.js";
import { formatBytes, formatCount } from "./scenario.js";

/** @typedef {import("./scenario.js").Measure} Measure */
/** @typedef {import("./sizes.js").Sizes} Sizes */

export const FANOUT_SECTION = "fanout";

/** The size whose tables stand in docs/performance.md, and whose growth is printed. */
const ESSENTIAL_BYTES = 1024;

/**
 * @typedef {"own" | "multiplexed"} Way
 * @typedef {{ measure: Measure, cell: import("../measure/fanout.js").Cell }} Column
 */

/** @param {Way} way @param {number} payloadBytes @returns {string} */
function toTableId(way, payloadBytes) {
  return `fanout-${way}-${payloadBytes}`;
}

/** @param {Way} way @param {number} subscribers @param {number} payloadBytes @param {Sizes["fanout"]} sizes @returns {Column} */
function toColumn(way, subscribers, payloadBytes, sizes) {
  const streams = way === "own" ? 1 : Math.min(subscribers, sizes.streamsPerConnection);
  const connections = subscribers / streams;
  const table = toTableId(way, payloadBytes);
  const rate = chooseRate(subscribers, payloadBytes, sizes[way]);
  const measure = {
    id: `${table}-${subscribers}`,
    table,
    column: `${formatCount(subscribers)} at ${formatRate(rate.perSecond)}`,
    ...(payloadBytes === ESSENTIAL_BYTES || sizes.payloadBytes.length < 3
      ? {
          growth: {
            series: `CPU per delivery, ${way === "own" ? "own connections" : "multiplexed"}, ${formatBytes(payloadBytes)}`,
            amount: subscribers,
            isTotal: false,
          },
        }
      : {}),
  };
  return { measure, cell: { measure: measure.id, shape: { connections, streams, payloadBytes }, rate } };
}

/**
 * @param {Sizes} sizes @param {import("../measure/sample.js").Bench} bench
 * @param {Record<Way, string[]>} peers
 * @returns {import("./scenario.js").PlanPart}
 */
export function planFanout({ fanout }, bench, peers) {
  const ways = /** @type {const} */ (["own", "multiplexed"]);
  return {
    tables: ways.flatMap((way) =>
      fanout.payloadBytes.map((payloadBytes) => ({
        id: toTableId(way, payloadBytes),
        title: `Server CPU per delivery, µs: ${way === "own" ? "own connections" : `${fanout.streamsPerConnection} subscriptions to a connection`}, ${formatBytes(payloadBytes)}`,
        text: "Columns: subscribers, and messages published in a second.",
        isEssential: payloadBytes === ESSENTIAL_BYTES,
      })),
    ),
    scenarios: ways.map((way) => {
      // With one subscriber there is nothing to multiplex.
      const counts = way === "own" ? fanout.subscribers : fanout.subscribers.filter((count) => count > 1);
      const columns = counts.flatMap((count) =>
        fanout.payloadBytes.map((payloadBytes) => toColumn(way, count, payloadBytes, fanout)),
      );
      return {
        section: FANOUT_SECTION,
        measures: columns.map(({ measure }) => measure),
        peers: peers[way],
        tools: [],
        run: (peer) =>
          measureFanoutMatrix(
            peer,
            columns.map(({ cell }) => cell),
            fanout.warm,
            bench,
          ),
      };
    }),
  };
}

// The table of the connect storm.

import { measureStorm } from "../measure/storm.js";
import { formatCount } from "./scenario.js";

export const STORM_SECTION = "storm";

/** The measure of how many could not subscribe. */
export const STORM_FAILED = "storm-failed";

/**
 * @param {import("./sizes.js").Sizes} sizes @param {import("../measure/sample.js").Bench} bench @param {string[]} peers
 * @returns {import("./scenario.js").PlanPart}
 */
export function planStorm({ storm }, bench, peers) {
  const table = {
    id: "storm",
    title: `Connect storm: ${formatCount(storm.connections)} clients connect and subscribe, ${storm.connectingAtOnce} at a time`,
    text: `p99: latency of ${storm.messagesPerSecond} messages/s to a subscriber that was there before, while it lasts; what they cost is in the CPU.`,
    isEssential: false,
  };
  const ids = { seconds: "storm-seconds", cpu: "storm-cpu", failed: STORM_FAILED, witness: "storm-p99" };
  const columns = {
    seconds: "s until all are subscribed",
    cpu: "server CPU for each, µs",
    failed: "failed",
    witness: "p99, ms",
  };
  const keys = /** @type {const} */ (["seconds", "cpu", "failed", "witness"]);
  return {
    tables: [table],
    scenarios: [
      {
        section: STORM_SECTION,
        measures: keys.map((key) => ({ id: ids[key], table: table.id, column: columns[key] })),
        peers,
        tools: [],
        run: (peer) => measureStorm(peer, storm, ids, bench),
      },
    ],
  };
}

// The table of the jitter test.

import { measureJitter } from "../measure/jitter.js";

export const JITTER_SECTION = "jitter";

/**
 * @param {import("./sizes.js").Sizes} sizes @param {import("../measure/sample.js").Bench} bench @param {string[]} peers
 * @returns {import("./scenario.js").PlanPart}
 */
export function planJitter({ jitter }, bench, peers) {
  const { clients, perSecond, seconds, periodMs, awayMs } = jitter;
  const table = {
    id: "jitter",
    title: `Jitter: ${clients} clients, ${Math.round((awayMs / periodMs) * 100)} % of them away at any time`,
    text: `${perSecond} messages/s for ${seconds} s. Each client is cut off by a reset every ${periodMs / 1000} s and comes back after ${awayMs / 1000} s. Replay: from when it begins to connect again until it has what it missed.`,
    isEssential: true,
  };
  const ids = { delivered: "jitter-delivered", replay: "jitter-replay-p99" };
  return {
    tables: [table],
    scenarios: [
      {
        section: JITTER_SECTION,
        measures: [
          { id: ids.delivered, table: table.id, column: "delivered, %" },
          { id: ids.replay, table: table.id, column: "replay p99, ms" },
        ],
        peers,
        tools: [],
        run: (peer) => measureJitter(peer, jitter, ids, bench),
      },
    ],
  };
}

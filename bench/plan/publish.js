// The table of what a publish costs and how long it takes.

import { measurePublish } from "../measure/publish.js";

export const PUBLISH_SECTION = "publish";

/**
 * @param {import("./sizes.js").Sizes} sizes @param {import("../measure/sample.js").Bench} bench @param {string[]} peers
 * @returns {import("./scenario.js").PlanPart}
 */
export function planPublish({ publish }, bench, peers) {
  const { payloadBytes, warmCalls, seconds } = publish;
  const table = {
    id: "publish",
    title: `Publishing ${payloadBytes} B on one connection, without a subscriber`,
    text: "In the peer's own protocol; the next one goes when one is answered.",
    isEssential: true,
  };
  const loads = publish.inFlight.map((inFlight) => {
    const id = `publish-${inFlight}`;
    return { inFlight, rate: `${id}-rate`, p50: `${id}-p50`, p99: `${id}-p99` };
  });
  return {
    tables: [table],
    scenarios: [
      {
        section: PUBLISH_SECTION,
        measures: loads.flatMap(({ inFlight, rate, p50, p99 }) => [
          { id: rate, table: table.id, column: `per CPU-second, ${inFlight} in flight` },
          { id: p50, table: table.id, column: `p50, µs, ${inFlight}` },
          { id: p99, table: table.id, column: `p99, µs, ${inFlight}` },
        ]),
        peers,
        tools: [],
        run: (peer) => measurePublish(peer, { payloadBytes, warmCalls, seconds, loads }, bench),
      },
    ],
  };
}

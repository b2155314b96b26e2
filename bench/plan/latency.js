// The latency table: what each server sustains, and how long its messages take below that.

import { PERCENTILES, measureLatency } from "../measure/latency.js";
import { formatCount } from "./scenario.js";

/** @typedef {import("./sizes.js").Sizes} Sizes */

export const LATENCY_SECTION = "latency";

const SATURATION_TABLE = "latency-saturation";
const COMMON = "latency-common";

/** @param {Sizes["latency"]} sizes @returns {import("../measure/latency.js").Level[]} */
function toLevels({ shares, commonPerSecond }) {
  const levels = shares.map((share) => ({ id: `latency-${Math.round(share * 100)}`, share, perSecond: 0 }));
  return [...levels, { id: COMMON, share: null, perSecond: commonPerSecond }];
}

/**
 * @param {Sizes} sizes @param {import("../measure/sample.js").Bench} bench @param {string[]} peers
 * @returns {import("./scenario.js").PlanPart}
 */
export function planLatency({ latency }, bench, peers) {
  const { connections, payloadBytes, warm, search, seconds } = latency;
  const levels = toLevels(latency);
  const saturation = { id: "latency-saturation", table: SATURATION_TABLE, column: "deliveries/s sustained" };
  const text =
    "From when a message was due until a subscriber has read it; the C floor's row is the driver's own share.";
  return {
    tables: [
      {
        id: SATURATION_TABLE,
        title: `Saturation, ${connections} subscribers, ${payloadBytes} B`,
        text: `The highest rate at which all messages arrive, 99 of 100 within ${search.p99MsMax} ms.`,
        isEssential: true,
      },
      ...levels.map(({ id, share, perSecond }) => ({
        id,
        title:
          share === null
            ? `Latency, ms: all at ${formatCount(perSecond)} messages/s, ${connections} subscribers, ${payloadBytes} B`
            : `Latency, ms: at ${Math.round(share * 100)} % of each server's own saturation`,
        text,
        isEssential: true,
      })),
    ],
    scenarios: [
      {
        section: LATENCY_SECTION,
        measures: [
          saturation,
          ...levels.flatMap(({ id }) =>
            PERCENTILES.map((percentile) => ({
              id: `${id}-${percentile.id}`,
              table: id,
              column: percentile.label,
            })),
          ),
        ],
        peers,
        tools: [],
        run: (peer) =>
          measureLatency(
            peer,
            { shape: { connections, streams: 1, payloadBytes }, warm, search, levels, seconds },
            { saturation: saturation.id },
            bench,
          ),
      },
    ],
  };
}

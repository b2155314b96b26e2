// Latency from when a message was due until a subscriber has it: at shares of what the server sustains, and at one rate for all.

import { runDeliveries } from "./delivery-run.js";
import { joinNotes, toEmptySamples } from "./sample.js";
import { findSaturation } from "./saturation.js";
import { openSession, warmUp } from "./session.js";

/** @typedef {import("./sample.js").Bench} Bench */
/** @typedef {import("./sample.js").Sample} Sample */

/** @typedef {{ id: string, label: string, share: number }} Percentile  `share`: 0.99 for the 99th */

/**
 * @typedef {object} Level
 * @property {string} id  the first part of its measures' ids
 * @property {number | null} share  of the saturation; null for `perSecond`
 * @property {number} perSecond  messages
 */

/**
 * @typedef {object} LatencySize
 * @property {import("./session.js").Shape} shape
 * @property {{ perSecond: number, messages: number }} warm
 * @property {import("./saturation.js").Search} search
 * @property {Level[]} levels
 * @property {number} seconds  of each level
 */

/** @type {readonly Percentile[]} */
export const PERCENTILES = [
  { id: "p50", label: "p50", share: 0.5 },
  { id: "p99", label: "p99", share: 0.99 },
  { id: "p999", label: "p99.9", share: 0.999 },
];

/**
 * @param {string} level @param {string} peer @param {import("./delivery-run.js").DeliveryRun} run @param {string} note
 * @returns {Sample[]} ms
 */
export function toLatencySamples(level, peer, run, note) {
  const percentiles = Object.fromEntries(
    PERCENTILES.map(({ id, share }) => [`${id}Ms`, run.latency.percentileUs(share) / 1000]),
  );
  return PERCENTILES.map(({ id }) => ({
    measure: `${level}-${id}`,
    peer,
    value: run.delivered === 0 ? null : /** @type {number} */ (percentiles[`${id}Ms`]),
    deliveredShare: run.delivered / run.expected,
    note: joinNotes([run.note, note]),
    detail: { ...run.detail, ...percentiles },
  }));
}

/**
 * @param {import("../peers/peer.js").Peer} peer @param {LatencySize} size
 * @param {{ saturation: string }} measures @param {Bench} bench
 * @returns {Promise<Sample[]>}
 */
export async function measureLatency(peer, size, measures, bench) {
  const server = await peer.start();
  try {
    const session = await openSession(server, { ...size.shape, latency: true });
    try {
      await warmUp(session, size.warm, bench);
      const saturation = await findSaturation(session, size.search, bench.quietMs);
      const samples = [
        {
          measure: measures.saturation,
          peer: peer.id,
          value: saturation.perSecond * session.perMessage,
          deliveredShare: null,
          note: saturation.note,
          detail: { perSecond: saturation.perSecond, perMessage: session.perMessage },
        },
      ];
      for (const level of size.levels) {
        const perSecond = level.share === null ? level.perSecond : level.share * saturation.perSecond;
        const messages = Math.round(perSecond * size.seconds);
        if (messages === 0) {
          const ids = PERCENTILES.map(({ id }) => `${level.id}-${id}`);
          samples.push(...toEmptySamples(ids, peer.id, "does not keep up at any rate that was tried"));
          continue;
        }
        const run = await runDeliveries(session, { perSecond, messages }, bench.quietMs);
        samples.push(...toLatencySamples(level.id, peer.id, run, ""));
      }
      return samples;
    } finally {
      await session.close();
    }
  } finally {
    await server.stop();
  }
}
